/** Which files a source can read, said before they are sent. */
export const READABLE = ['.txt', '.md', '.markdown', '.html', '.htm', '.pdf'] as const;
/** OpenAI's limit, and the server's. */
export const MAX_BYTES = 512 * 1024 * 1024;

export type Refusal = 'kind' | 'empty' | 'size';

/** Why `file` cannot be read, or undefined. */
export function findRefusal(file: { name: string; size: number }): Refusal | undefined {
  const name = file.name.toLowerCase();
  if (!READABLE.some((ending) => name.endsWith(ending))) return 'kind';
  if (file.size === 0) return 'empty';
  return file.size > MAX_BYTES ? 'size' : undefined;
}

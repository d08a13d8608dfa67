/** OpenAI's static rule of chunks, in tokens. */
export const CHUNK_LIMITS = {
  size: { least: 100, most: 4096, usual: 800 },
  /** At most half of the size. */
  overlap: { usual: 400 },
} as const satisfies Record<string, { least?: number; most?: number; usual: number }>;

type Problem = { where: 'size' | 'overlap'; what: 'size_problem' | 'overlap_problem' };

/** What is wrong with a size and an overlap, or undefined. */
export function findChunkingProblem(size: number, overlap: number): Problem | undefined {
  const { least, most } = CHUNK_LIMITS.size;
  if (!Number.isInteger(size) || size < least || size > most) return { where: 'size', what: 'size_problem' };
  if (!Number.isInteger(overlap) || overlap < 0 || overlap * 2 > size) {
    return { where: 'overlap', what: 'overlap_problem' };
  }
  return undefined;
}

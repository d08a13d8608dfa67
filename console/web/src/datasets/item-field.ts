/** A member of an item as text to edit, and back. */
export function toFieldText(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

type Parsed = { ok: true; value: unknown } | { ok: false };

/** Text that is empty takes the member away. */
export function parseField(text: string, isText: boolean): Parsed {
  if (text.trim() === '') return { ok: true, value: undefined };
  if (isText) return { ok: true, value: text };
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    return { ok: false };
  }
}

/** The value of a `datetime-local` input, which has no zone, and a point in time. */

/** `2026-11-22T17:58` in the reader's zone; '' for ''. */
export function toLocalInput(iso: string): string {
  if (!iso) return '';
  const date = new Date(iso);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function fromLocalInput(value: string): string {
  return value ? new Date(value).toISOString() : '';
}

/** Items of a dataset as a table: which of their members are columns, and what stands in a cell. */
export type Item = Record<string, unknown>;

/** In this order, where items have them: what was asked, what was answered, what should have been. */
const KNOWN = ['input', 'output', 'expected'] as const;
/** Too long, or too dull, for a column of their own. */
const APART = new Set(['messages', 'tools', 'output_tools', 'model', 'metadata']);
const MOST = 4;
const CELL_CHARS = 300;

/** Names of the columns: known ones first, then others by how many items have them, four at most. */
export function findColumns(items: readonly Item[]): string[] {
  const counts = new Map<string, number>();
  for (const item of items) {
    for (const [name, value] of Object.entries(item)) {
      if (value !== undefined && value !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const known = KNOWN.filter((name) => counts.has(name));
  // Items of calls are told by what they know; of a file one cannot tell.
  if (known.length === KNOWN.length || (counts.has('messages') && known.length > 0)) {
    return [...new Set([...known, 'expected'])];
  }
  const others = [...counts]
    .filter(([name]) => !(KNOWN as readonly string[]).includes(name) && !APART.has(name))
    .toSorted((a, b) => b[1] - a[1])
    .map(([name]) => name);
  const columns = [...known, ...others].slice(0, MOST);
  return columns.length === 0 && counts.has('messages') ? ['messages'] : columns;
}

/** What stands in a cell: text cut to what a line can hold, of messages the last. */
export function toCellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value.slice(0, CELL_CHARS);
  if (Array.isArray(value) && value.every(isMessage)) return toCellText(value.at(-1)?.content);
  return JSON.stringify(value).slice(0, CELL_CHARS);
}

function isMessage(value: unknown): value is { role: string; content: unknown } {
  return typeof value === 'object' && value !== null && 'role' in value && 'content' in value;
}

/** Members that the panel lets one edit, `expected` always and first. */
export function listFields(item: Item): string[] {
  const names = Object.keys(item).filter((name) => name !== 'expected' && !APART.has(name));
  return ['expected', ...names, ...Object.keys(item).filter((name) => APART.has(name))];
}

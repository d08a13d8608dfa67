/** The list's columns, in order. The widths leave both previews readable at 1280 px. */
export const COLUMNS = [
  { name: 'time', align: 'start' },
  { name: 'status', align: 'start' },
  { name: 'said', align: 'start' },
  { name: 'model', align: 'start' },
  { name: 'input', align: 'start' },
  { name: 'output', align: 'start' },
  { name: 'latency', align: 'end' },
  { name: 'ttft', align: 'end' },
  { name: 'tokens', align: 'end' },
  { name: 'cost', align: 'end' },
  { name: 'user', align: 'start' },
  { name: 'session', align: 'start' },
] as const;

/** One grid template for head and rows: they must never disagree. */
export const COLUMN_GRID =
  'grid grid-cols-[7.25rem_3.25rem_3.75rem_7.5rem_minmax(8.5rem,1fr)_minmax(8.5rem,1fr)_4rem_4rem_5.5rem_5rem_minmax(4.75rem,0.3fr)_minmax(4.75rem,0.3fr)] min-w-[66.75rem]';

export const ROW_PX = 28;

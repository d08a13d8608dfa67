/** The list's columns, in order. The widths leave both previews readable at 1280 px. */
export const COLUMNS = [
  { name: 'time', align: 'start' },
  { name: 'status', align: 'start' },
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
  'grid grid-cols-[7.5rem_3.25rem_8rem_minmax(8.5rem,1fr)_minmax(8.5rem,1fr)_4.25rem_4.25rem_6.25rem_5rem_5rem_5rem] min-w-[66rem]';

export const ROW_PX = 28;

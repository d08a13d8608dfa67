/** Cells from a spreadsheet: tab-separated as spreadsheets copy them, or comma-separated as they export. */

/**
 * Rows of cells. Quoted cells may hold the separator, line ends and doubled quotes. Cells are separated by tabs where
 * there is one outside of quotes, else by commas.
 */
export function parseTable(text: string): string[][] {
  const source = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const byTabs = readCells(source, '\t');
  const rows = byTabs.some((row) => row.length > 1) ? byTabs : readCells(source, ',');
  // The line end after the last row begins no further one.
  return rows.filter((row) => row.length > 1 || row[0] !== '');
}

function readCells(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') cell += text[++at];
      else quoted = false;
    } else if (char === '"' && cell === '') quoted = true;
    else if (char === separator || char === '\n') {
      row.push(cell);
      cell = '';
      if (char === '\n') {
        rows.push(row);
        row = [];
      }
    } else cell += char;
  }
  return [...rows, [...row, cell]];
}

/** Whether a paste into one cell is meant for several: it comes from a table, or has tabs. */
export function isTable(text: string, html: string): boolean {
  return text.includes('\t') || /<table[\s>]/i.test(html);
}

/**
 * Cells as cases. A first row that holds nothing but names of variables says which column is which; else the columns
 * are the variables in their order. Columns beyond them are counted as `ignored`.
 */
export function toCases(
  cells: readonly (readonly string[])[],
  variables: readonly string[],
): { cases: Record<string, string>[]; ignored: number; named: boolean } {
  const head = (cells[0] ?? []).map((cell) => cell.trim());
  const named = head.some((cell) => variables.includes(cell)) && head.every(isName);
  const names = named ? head : [...variables];
  const known = names.map((name) => (variables.includes(name) ? name : undefined));
  const widest = Math.max(0, ...cells.map((row) => row.length));
  const cases = cells
    .slice(named ? 1 : 0)
    .map((row) =>
      Object.fromEntries(row.flatMap((cell, at) => (known[at] === undefined ? [] : [[known[at], cell]]))),
    );
  const ignored = Math.max(0, widest - known.length) + known.filter((name) => name === undefined).length;
  return { cases, ignored, named };
}

const isName = (text: string): boolean =>
  /^[\p{L}_][\p{L}\p{M}\p{N}_-]*(\.[\p{L}\p{M}\p{N}_-]+)*$/u.test(text);

/** The table of inputs: one case a row, one variable a column. */
export type Case = { id: string; values: Record<string, string> };

/** More would be a dataset and an evaluation. */
export const MAX_CASES = 200;

let made = 0;
export function createCase(values: Record<string, string> = {}): Case {
  return { id: `case-${Date.now().toString(36)}-${made++}`, values: { ...values } };
}

/** Cases with `added` at the end; empty ones give way to them. Says how many there was no room for. */
export function addCases(
  cases: readonly Case[],
  added: readonly Record<string, string>[],
): { cases: Case[]; left_out: number } {
  const kept = cases.filter(({ values }) => Object.values(values).some((value) => value !== ''));
  const room = Math.max(0, MAX_CASES - kept.length);
  const all = [...kept, ...added.slice(0, room).map((values) => createCase(values))];
  return { cases: all.length > 0 ? all : [createCase()], left_out: Math.max(0, added.length - room) };
}

/** Puts a block of cells into the table, its first one at (`row`, `column`), as a spreadsheet does. */
export function pasteAt(
  cases: readonly Case[],
  cells: readonly (readonly string[])[],
  at: { row: number; column: number; variables: readonly string[] },
): Case[] {
  const result = cases.map((one) => ({ ...one, values: { ...one.values } }));
  for (const [down, row] of cells.entries()) {
    if (at.row + down >= MAX_CASES) break;
    const target = (result[at.row + down] ??= createCase());
    for (const [right, cell] of row.entries()) {
      const name = at.variables[at.column + right];
      if (name !== undefined) target.values[name] = cell;
    }
  }
  return result;
}

/** What a prompt is called with: every variable it has, empty where nothing was entered. */
export function toVariables(one: Case, variables: readonly string[]): Record<string, string> {
  return Object.fromEntries(variables.map((name) => [name, one.values[name] ?? '']));
}

export function parseCases(text: string | null): Case[] | undefined {
  if (!text) return undefined;
  try {
    const cases = JSON.parse(text) as Case[];
    const good =
      Array.isArray(cases) &&
      cases.every(
        ({ id, values }) => typeof id === 'string' && values !== null && typeof values === 'object',
      );
    return good && cases.length > 0 ? cases.slice(0, MAX_CASES) : undefined;
  } catch {
    return undefined;
  }
}

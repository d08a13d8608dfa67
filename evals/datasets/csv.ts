/** Values as lines of CSV (RFC 4180), safe to open in a spreadsheet. */

/**
 * What a spreadsheet would run as a formula: OWASP's list (CSV Injection). A plain negative number is none.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const FORMULA = /^[=+\-@\t\r\n]/;
const NUMBER = /^-\d+(\.\d+)?$/;

/** One line with its end. Text that would be a formula gets an apostrophe before it, which spreadsheets do not show. */
export function toCsvLine(values: readonly unknown[]): string {
  return `${values.map(toCell).join(',')}\r\n`;
}

function toCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Counts: in full where they are compared, short where they are a headline. */

/** `12,345`. */
export function formatCount(value: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** `12,345` up to a million, then `1.23M` (`123万` in Japanese). */
export function formatShortCount(value: number, locale: string): string {
  if (Math.abs(value) < 1_000_000) return formatCount(value, locale);
  return new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 }).format(value);
}

const UNITS = ['B', 'KB', 'MB', 'GB'];

/** `640 B`, `1.2 KB`: decimal units, of a count of bytes. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

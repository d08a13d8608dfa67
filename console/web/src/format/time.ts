/** Points in time, in the reader's own zone. */
const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  // Making one costs a hundred times what using it does, and a list shows hundreds of times.
  const key = locale + JSON.stringify(options);
  let found = cache.get(key);
  if (!found) cache.set(key, (found = new Intl.DateTimeFormat(locale, options)));
  return found;
}

/** `Nov 22, 17:58:03` / `11/22 17:58:03`: for rows, where the year is clear. */
export function formatRowTime(iso: string, locale: string): string {
  return formatter(locale, {
    month: locale === 'ja' ? '2-digit' : 'short',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(new Date(iso));
}

/** With year, milliseconds and zone: for tooltips and details. */
export function formatFullTime(iso: string, locale: string): string {
  return formatter(locale, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(new Date(iso));
}

/** `Nov 22, 2026, 17:58` / `2026/11/22 17:58`: for things that are days old. */
export function formatDateTime(iso: string, locale: string): string {
  return formatter(locale, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' }).format(
    new Date(iso),
  );
}

/** ISO 8601 of Unix seconds, as OpenAI's objects have their times. */
export function fromUnix(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** `3 minutes ago`. */
export function formatAgo(iso: string, now: number, locale: string): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
  const [unit, size] = STEPS.find(([, step]) => seconds >= step) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(-Math.floor(seconds / size), unit);
}

/** Durations for people: three significant digits at most, one unit below a minute. */
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** `340 ms`, `1.24 s`, `2 m 05 s`, `1 h 02 m`; undefined where it is unknown (negative). */
export function findDuration(ms: number): string | undefined {
  if (!(ms >= 0)) return undefined;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < MINUTE_MS - 50) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (ms < HOUR_MS - 500) return `${Math.floor(seconds / 60)} m ${pad(seconds % 60)} s`;
  const minutes = Math.round(ms / MINUTE_MS);
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** The capture certificate of all writers, summed up. */
export type Writer = {
  last_seen_at: string;
  kind: string;
  sent: number;
  stored: number;
  missing: number;
  twice: number;
  lost: Record<string, number>;
};

export type Certificate = {
  stored: number;
  running: number;
  missing: number;
  twice: number;
  lost: number;
};

/** An idle writer reports every ten seconds; one silent for longer has no calls on their way any more. */
const SILENT_MS = 60_000;

export function lostOf(writer: Writer): number {
  return Object.values(writer.lost).reduce((sum, count) => sum + count, 0);
}

/** Numbers that a living writer has given out and not yet stored are calls on their way, not missing ones. */
export function isRunning(writer: Writer, now: number): boolean {
  const lives = writer.kind === 'hello' || writer.kind === 'alive';
  return lives && now - Date.parse(writer.last_seen_at) < SILENT_MS;
}

export function toCertificate(writers: readonly Writer[], now: number): Certificate {
  const sum = { stored: 0, running: 0, missing: 0, twice: 0, lost: 0 };
  for (const writer of writers) {
    sum.stored += writer.stored;
    sum[isRunning(writer, now) ? 'running' : 'missing'] += writer.missing;
    sum.twice += writer.twice;
    sum.lost += lostOf(writer);
  }
  return sum;
}

/** When a schedule would run next, before it is saved. */
import { Cron } from 'croner';

/** The next `count` times as ISO 8601; undefined where text or zone are not understood, [] where it never runs. */
export function findNextTimes(cron: string, timezone: string, count: number): string[] | undefined {
  try {
    return new Cron(cron, { timezone, paused: true, mode: '5-part' })
      .nextRuns(count)
      .map((time) => time.toISOString());
  } catch {
    return undefined;
  }
}

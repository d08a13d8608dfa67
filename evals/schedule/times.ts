/** The times of a schedule: five cron fields, as croner reads them, in a time zone of the IANA list. */
import { Cron } from 'croner';

export type ScheduleTimes = { cron: string; timezone: string };

/** Does nothing but know times: no timer is ever started by it. */
const toCron = ({ cron, timezone }: ScheduleTimes): Cron =>
  new Cron(cron, { timezone, mode: '5-part', paused: true });

/** Why these are no times, or undefined; the member that is wrong comes first. */
export function findTimesFault(
  times: ScheduleTimes,
): { param: 'cron' | 'timezone'; message: string } | undefined {
  if (!isTimezone(times.timezone)) {
    return {
      param: 'timezone',
      message: `${JSON.stringify(times.timezone)} is no time zone; UTC and Asia/Tokyo are`,
    };
  }
  try {
    const next = toCron(times).nextRun();
    return next ? undefined : { param: 'cron', message: 'this time never comes' };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    return { param: 'cron', message: `needs five fields such as "0 9 * * 1-5": ${reason}` };
  }
}

/** The first time after `after`; undefined where none comes any more. */
export function findNextTime(times: ScheduleTimes, after: Date): Date | undefined {
  return toCron(times).nextRun(after) ?? undefined;
}

/** The last time that lies after `after` and not after `until`; undefined where there is none. */
export function findLastTime(times: ScheduleTimes, after: Date, until: Date): Date | undefined {
  // croner looks before a moment, and one at that very moment counts.
  const [last] = toCron(times).previousRuns(1, new Date(until.getTime() + 1_000));
  const isWithin = last !== undefined && last > after && last <= until;
  return isWithin ? last : undefined;
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

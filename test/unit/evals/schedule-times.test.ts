import { describe, expect, it } from 'vitest';
import { toScheduledRunId } from '../../../evals/schedule/scheduler.ts';
import { findLastTime, findNextTime, findTimesFault } from '../../../evals/schedule/times.ts';

const at = (iso: string): Date => new Date(iso);
const weekdays = { cron: '0 9 * * 1-5', timezone: 'Asia/Tokyo' };

describe('times of a schedule', () => {
  it('are those of its time zone', () => {
    // Friday 10:00 in Tokyo: the next is Monday.
    expect(findNextTime(weekdays, at('2026-11-20T01:00:00Z'))).toEqual(at('2026-11-23T00:00:00Z'));
    expect(findLastTime(weekdays, at('2026-11-19T00:00:00Z'), at('2026-11-22T12:00:00Z'))).toEqual(
      at('2026-11-20T00:00:00Z'),
    );
  });

  it('count from after one moment up to and with another', () => {
    const every5 = { cron: '*/5 * * * *', timezone: 'UTC' };
    const time = at('2026-01-01T10:05:00Z');
    expect(findLastTime(every5, at('2026-01-01T10:00:00Z'), time)).toEqual(time);
    expect(findLastTime(every5, time, at('2026-01-01T10:05:59Z'))).toBeUndefined();
    expect(findLastTime(every5, at('2026-01-01T10:00:00Z'), at('2026-01-01T10:04:59.999Z'))).toBeUndefined();
  });

  it.each([
    ['nonsense', 'UTC', 'cron', 'five fields'],
    ['* * * * * *', 'UTC', 'cron', 'five fields'],
    ['61 * * * *', 'UTC', 'cron', 'five fields'],
    ['0 0 30 2 *', 'UTC', 'cron', 'never comes'],
    ['0 9 * * *', 'Mars/Olympus', 'timezone', 'no time zone'],
  ])('%j in %s is refused', (cron, timezone, param, message) => {
    expect(findTimesFault({ cron, timezone })).toMatchObject({
      param,
      message: expect.stringContaining(message) as string,
    });
  });

  it('name their run', () => {
    const time = at('2026-01-01T10:05:00Z');
    expect(toScheduledRunId('a', time)).toBe(toScheduledRunId('a', time));
    expect(toScheduledRunId('a', time)).not.toBe(toScheduledRunId('b', time));
    expect(toScheduledRunId('a', time)).toMatch(/^evalrun_[0-9a-f]{32}$/);
  });
});

/** Times of a schedule as people say them, and the cron text they stand for. */

export const FREQUENCIES = ['hourly', 'daily', 'weekdays', 'weekly', 'monthly', 'custom'] as const;
export type Frequency = (typeof FREQUENCIES)[number];
/** As cron counts them: Sunday is 0. */
export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 0] as const;

export type Timing = {
  frequency: Frequency;
  hour: number;
  minute: number;
  /** 0 to 6, of a weekly one. */
  weekday: number;
  /** 1 to 31, of a monthly one. */
  day: number;
  /** The cron text as it was written, of a custom one. */
  cron: string;
};

export const MORNING: Timing = { frequency: 'daily', hour: 9, minute: 0, weekday: 1, day: 1, cron: '' };

/** Five fields: minute, hour, day of the month, month, day of the week. */
export function toCron({ frequency, hour, minute, weekday, day, cron }: Timing): string {
  if (frequency === 'custom') return cron.trim().replace(/\s+/g, ' ');
  if (frequency === 'hourly') return `${minute} * * * *`;
  if (frequency === 'daily') return `${minute} ${hour} * * *`;
  if (frequency === 'weekdays') return `${minute} ${hour} * * 1-5`;
  if (frequency === 'weekly') return `${minute} ${hour} * * ${weekday}`;
  return `${minute} ${hour} ${day} * *`;
}

const NUMBER = /^\d{1,2}$/;

/** A cron text in the terms above; `custom` for what they have no word for. */
export function toTiming(cron: string): Timing {
  const text = cron.trim().replace(/\s+/g, ' ');
  const custom: Timing = { ...MORNING, frequency: 'custom', cron: text };
  const [minute = '', hour = '', day = '', month = '', weekday = '', ...rest] = text.split(' ');
  if (rest.length > 0 || month !== '*' || !NUMBER.test(minute)) return custom;
  const timing = { ...custom, minute: Number(minute) };
  if (hour === '*') return day === '*' && weekday === '*' ? { ...timing, frequency: 'hourly' } : custom;
  if (!NUMBER.test(hour)) return custom;
  timing.hour = Number(hour);
  if (day === '*' && weekday === '*') return { ...timing, frequency: 'daily' };
  if (day === '*' && weekday === '1-5') return { ...timing, frequency: 'weekdays' };
  if (day === '*' && /^[0-7]$/.test(weekday)) {
    return { ...timing, frequency: 'weekly', weekday: Number(weekday) % 7 };
  }
  if (weekday === '*' && NUMBER.test(day)) return { ...timing, frequency: 'monthly', day: Number(day) };
  return custom;
}

/** `09:05`, as a time input has it. */
export const toClock = ({ hour, minute }: Pick<Timing, 'hour' | 'minute'>): string =>
  `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;

/** Hour and minute of a time input; undefined while it is empty. */
export function fromClock(clock: string): Pick<Timing, 'hour' | 'minute'> | undefined {
  const [, hour, minute] = /^(\d\d):(\d\d)/.exec(clock) ?? [];
  return hour === undefined ? undefined : { hour: Number(hour), minute: Number(minute) };
}

/** The name of a weekday in the reader's language: `Monday`, `月曜日`. */
export function nameWeekday(weekday: number, locale: string): string {
  // 4 January 1970 was a Sunday.
  const day = new Date(Date.UTC(1970, 0, 4 + weekday));
  return new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' }).format(day);
}

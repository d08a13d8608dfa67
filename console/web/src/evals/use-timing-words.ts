/** A schedule's times in the reader's language. */
import { useI18n } from 'vue-i18n';
import { nameWeekday, toClock, toTiming, type Timing } from './cron-words.ts';

/** A function from a cron text (or its parts) to words such as "Every day at 09:00". */
export function useTimingWords(): (of: string | Timing) => string {
  const { t, locale } = useI18n();
  return (of) => {
    const timing = typeof of === 'string' ? toTiming(of) : of;
    const { frequency, minute, weekday, day, cron } = timing;
    return t(`eval_schedules.says_${frequency}`, {
      clock: toClock(timing),
      minute,
      weekday: nameWeekday(weekday, locale.value),
      day,
      cron,
    });
  };
}

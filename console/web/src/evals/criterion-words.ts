/** What new criteria begin with, in the reader's language. */
import { useI18n } from 'vue-i18n';
import type { Beginnings } from './criteria.ts';

export function useBeginnings(): () => Beginnings {
  const { t } = useI18n();
  return () => ({
    names: {
      string_check: t('criteria.name_string_check'),
      text_similarity: t('criteria.name_text_similarity'),
      score_model: t('criteria.name_score_model'),
      label_model: t('criteria.name_label_model'),
    },
    score: t('criteria.rubric_score'),
    label: t('criteria.rubric_label'),
    show: ({ input, expected, output }) =>
      [
        input && `${t('criteria.show_input')}\n${input}`,
        expected && `${t('criteria.show_expected')}\n${expected}`,
        `${t('criteria.show_output')}\n${output}`,
      ]
        .filter(Boolean)
        .join('\n\n'),
    labels: { good: t('criteria.label_good'), bad: t('criteria.label_bad') },
  });
}

/** What was said of a call, as signs for its row. */
import type { ScoreMark } from '../../../contract/calls.ts';

export const MARKS = ['up', 'down', 'corrected', 'commented', 'passed', 'failed', 'labelled'] as const;
export type Mark = (typeof MARKS)[number];

/** Each sign once, the most telling first. A score of an evaluation below one half has failed. */
export function findMarks(scores: readonly ScoreMark[]): Mark[] {
  const found = new Set<Mark>();
  for (const { name, source, value, label } of scores) {
    if (source === 'eval') {
      if (value !== null) found.add(value < 0.5 ? 'failed' : 'passed');
    } else if (source === 'feedback' && name === 'thumb') {
      if (value !== null && value > 0) found.add('up');
      if (value !== null && value < 1) found.add('down');
    } else if (source === 'feedback' && name === 'correction') found.add('corrected');
    else if (source === 'feedback' && name === 'comment') found.add('commented');
    else if (label !== '' || value !== null) found.add('labelled');
  }
  return MARKS.filter((mark) => found.has(mark));
}

/** Numbers and words in full, for a tooltip: `quality 0.8 · tone friendly`. */
export function listValues(scores: readonly ScoreMark[]): string[] {
  return scores
    .filter(({ source, label, value }) => source !== 'feedback' || label !== '' || value !== null)
    .filter(({ name, source }) => !(source === 'feedback' && name === 'thumb'))
    .map(({ name, value, label }) =>
      `${name} ${label || (value === null ? '' : Math.round(value * 1000) / 1000)}`.trim(),
    );
}

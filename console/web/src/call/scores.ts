/** What was said of a call: each author's latest word, mine among them, and all of it in short. */
import type { ScoreMark } from '../../../contract/calls.ts';
import type { Score } from '../../../contract/feedback.ts';

/** Names with a meaning of their own. */
export const THUMB = 'thumb';
export const CORRECTION = 'correction';
export const COMMENT = 'comment';

export type Said = Score & { author_name: string };

const keyOf = ({ name, source, author }: Said): string => [name, source, author].join('\n');

/**
 * What the server knows with what has just been said over it (it may not have been stored yet), newest first. Of the
 * same author, name and source the newest counts; what was taken back is left out.
 */
export function mergeScores(known: readonly Said[], fresh: readonly Said[]): Said[] {
  const latest = new Map<string, Said>();
  for (const score of [...known, ...fresh]) {
    const before = latest.get(keyOf(score));
    if (!before || before.at <= score.at) latest.set(keyOf(score), score);
  }
  return [...latest.values()]
    .filter(({ retracted }) => !retracted)
    .toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

export type Mine = { thumb: 'up' | 'down' | ''; comment: string; correction: string };

/** What `author` has said. */
export function findMine(scores: readonly Said[], author: string): Mine {
  const own = (name: string) =>
    scores.find((score) => score.name === name && score.source === 'feedback' && score.author === author);
  const value = own(THUMB)?.value;
  return {
    thumb: value === undefined || value === null ? '' : value > 0 ? 'up' : 'down',
    comment: own(COMMENT)?.comment ?? '',
    correction: own(CORRECTION)?.correction ?? '',
  };
}

/** Words that people have put on it; of the same name the newest first. */
export function listLabels(scores: readonly Said[]): Said[] {
  return scores.filter(({ source, label }) => source !== 'eval' && label !== '');
}

const ORDER = { feedback: 1, label: 2, eval: 3 } as const;

/** `scores` (newest first) in short, as a row of the list has it: one mark per name and source. */
export function toMarks(scores: readonly Said[]): ScoreMark[] {
  const groups = Map.groupBy(scores, ({ name, source }) => `${ORDER[source]} ${name}`);
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, said]) => {
      const values = said.flatMap(({ value }) => value ?? []);
      const sum = values.reduce((all, value) => all + value, 0);
      return {
        name: said[0]?.name ?? '',
        source: said[0]?.source ?? 'feedback',
        value: values.length > 0 ? sum / values.length : null,
        label: said.find(({ label }) => label !== '')?.label ?? '',
        count: said.length,
      };
    });
}

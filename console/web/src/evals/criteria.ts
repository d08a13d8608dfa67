/** Criteria as they are written: graders whose messages are plain text, with sensible beginnings. Pure. */
import type { Grader } from '../../../contract/evals.ts';
import { findVariables } from '../../../contract/prompts.ts';
import { findMember, OUTPUT, toBraces, type Item } from './placeholders.ts';

export const KINDS = ['string_check', 'text_similarity', 'score_model', 'label_model'] as const;
export type Kind = (typeof KINDS)[number];
export const OPERATIONS = ['eq', 'ne', 'like', 'ilike'] as const;
export const METRICS = ['fuzzy_match', 'cosine'] as const;
export const JUDGE_ROLES = ['system', 'developer', 'user', 'assistant'] as const;
export type JudgeMessage = { role: (typeof JUDGE_ROLES)[number]; content: string };

type Of<K extends Kind> = Extract<Grader, { type: K }>;
type Judged<K extends 'score_model' | 'label_model'> = Omit<Of<K>, 'input'> & { input: JudgeMessage[] };
export type Criterion =
  | Of<'string_check'>
  | Of<'text_similarity'>
  | Judged<'score_model'>
  | Judged<'label_model'>;

/** Words of the reader's language that a new criterion begins with. */
export type Beginnings = {
  names: Record<Kind, string>;
  /** What a judge is told; the second is what it is shown, with its placeholders. */
  score: string;
  label: string;
  show: (names: { input: string; expected: string; output: string }) => string;
  labels: { good: string; bad: string };
};

const SIMILAR_ENOUGH = 0.8;
const GOOD_ENOUGH = 0.7;

/** A criterion of a kind that makes sense for items like `item`; `taken` are names in use. */
export function createCriterion(
  kind: Kind,
  words: Beginnings,
  options: { item: Item | undefined; model: string; taken: readonly string[] },
): Criterion {
  const name = freeName(words.names[kind], options.taken);
  const expected = findMember('expected', options.item);
  const reference = expected ? toBraces(`item.${expected}`) : '';
  const input = toBraces(OUTPUT);
  if (kind === 'string_check') return { type: kind, name, input, reference, operation: 'ilike' };
  if (kind === 'text_similarity') {
    const pass_threshold = SIMILAR_ENOUGH;
    return { type: kind, name, input, reference, evaluation_metric: 'fuzzy_match', pass_threshold };
  }
  const asked = findMember('input', options.item);
  const shown = words.show({
    input: asked ? toBraces(`item.${asked}`) : '',
    expected: reference,
    output: input,
  });
  const judge = (rubric: string): JudgeMessage[] => [
    { role: 'system', content: rubric },
    { role: 'user', content: shown },
  ];
  const { model } = options;
  if (kind === 'score_model') {
    return { type: kind, name, model, input: judge(words.score), range: [0, 1], pass_threshold: GOOD_ENOUGH };
  }
  const { good, bad } = words.labels;
  return { type: kind, name, model, input: judge(words.label), labels: [good, bad], passing_labels: [good] };
}

/** `wanted`, or with a number behind it. */
export function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  let number = 2;
  while (taken.includes(`${wanted} ${number}`)) number++;
  return `${wanted} ${number}`;
}

/** A stored grader as something to write in: the parts of a message's content become one text. */
export function toCriterion(stored: Record<string, unknown>): Criterion {
  const copy = JSON.parse(JSON.stringify(stored)) as Criterion;
  if (copy.type !== 'score_model' && copy.type !== 'label_model') return copy;
  const input = copy.input.map(({ role, content }) => ({ role, content: toPlain(content) }));
  return copy.type === 'score_model' ? { ...copy, range: copy.range ?? [0, 1], input } : { ...copy, input };
}

function toPlain(content: unknown): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) return content.map(toPlain).join('\n');
  return String((content as { text?: unknown } | null)?.text ?? '');
}

export type Problem =
  | 'name'
  | 'name_taken'
  | 'reference'
  | 'model'
  | 'message'
  | 'labels'
  | 'passing'
  | 'threshold';

/** What keeps a criterion from being used; undefined = nothing. */
export function findProblem(of: Criterion, others: readonly Criterion[]): Problem | undefined {
  if (of.name.trim() === '') return 'name';
  if (others.some((one) => one !== of && one.name === of.name)) return 'name_taken';
  if (of.type === 'string_check') return of.reference === '' ? 'reference' : undefined;
  if (of.type === 'text_similarity') {
    if (of.reference === '') return 'reference';
    if (of.evaluation_metric === 'cosine' && !of.model) return 'model';
    return Number.isFinite(of.pass_threshold) ? undefined : 'threshold';
  }
  if (of.model.trim() === '') return 'model';
  if (of.input.every(({ content }) => content.trim() === '')) return 'message';
  if (of.type === 'score_model') {
    const [low, high] = of.range;
    const least = of.pass_threshold ?? low;
    return low < high && least >= low && least <= high ? undefined : 'threshold';
  }
  if (of.labels.length < 2) return 'labels';
  return of.passing_labels.length === 0 ? 'passing' : undefined;
}

/** Names in the templates of a criterion that stand for nothing: neither of the item nor of the answer. */
export function findUnknownNames(of: Criterion, known: readonly string[]): string[] {
  const texts =
    of.type === 'string_check' || of.type === 'text_similarity'
      ? [of.input, of.reference]
      : of.input.map(({ content }) => content);
  return findVariables(...texts).filter(
    (name) => !known.some((one) => one === name || name.startsWith(`${one}.`)),
  );
}

/** Whether a score is enough. Where a grader names no threshold, the middle of its range is it. */
export function isPass(of: Criterion, score: number): boolean {
  if (of.type === 'text_similarity') return score >= of.pass_threshold;
  if (of.type !== 'score_model') return score > 0;
  return score >= (of.pass_threshold ?? (of.range[0] + of.range[1]) / 2);
}

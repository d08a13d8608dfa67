/** Which calls are taken, by what they are and what was said of them, and with which answer. */
import type { ExportOptions, LeftOutReason } from '../../collector/record/export.ts';
import { SCORE_THUMB, type Score } from '../../collector/record/score.ts';
import type { Candidate, Example } from './example.ts';

/** Why something is left out; `detail` is for people, in English. A class: a line may have any member itself. */
export class Refusal {
  readonly reason: LeftOutReason;
  readonly detail: string;

  constructor(reason: LeftOutReason, detail: string) {
    this.reason = reason;
    this.detail = detail;
  }
}

/** An example with the answer it is trained on. */
export type Selected = {
  example: Example;
  /** Whether `example.correction` takes the place of the answer. */
  corrected: boolean;
};

export const refuse = (reason: LeftOutReason, detail = ''): Refusal => new Refusal(reason, detail);
export const isRefusal = (value: unknown): value is Refusal => value instanceof Refusal;

/** Scores, then feedback, then corrections, then what went wrong: a corrected error is none any more. */
export function select(candidate: Candidate, options: ExportOptions): Selected | Refusal {
  const { example, scores } = candidate;
  if (!candidate.is_model_call) return refuse('not_a_model_call');
  const corrected = options.use_corrections && example.correction !== '';
  const refusal = byScore(scores, options) ?? (corrected ? undefined : byFeedback(scores, options));
  if (refusal) return refusal;
  const { status } = candidate;
  if (status !== 'ok' && !corrected && options.drop_errors) return refuse(status);
  return { example, corrected };
}

/** Several people's numbers of one name count as their mean. */
function byScore(scores: readonly Score[], { min_score }: ExportOptions): Refusal | undefined {
  if (!min_score) return undefined;
  const values = scores.flatMap(({ name, value }) => (name === min_score.name ? (value ?? []) : []));
  if (values.length === 0) return refuse('score_missing');
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return mean < min_score.value ? refuse('score_too_low') : undefined;
}

/** One thumb down is enough to be left out, whatever others said. */
function byFeedback(scores: readonly Score[], { feedback }: ExportOptions): Refusal | undefined {
  if (feedback === 'any') return undefined;
  const thumbs = scores.flatMap(({ name, source, value }) =>
    name === SCORE_THUMB && source === 'feedback' ? (value ?? []) : [],
  );
  if (thumbs.some((value) => value <= 0)) return refuse('thumb_down');
  return feedback === 'up_only' && thumbs.length === 0 ? refuse('no_thumb_up') : undefined;
}

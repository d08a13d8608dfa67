/** What a grader says of an item, and how it fails. */

export type Verdict = {
  score: number;
  passed: boolean;
  /** Of a `label_model`, else ''. */
  label: string;
  /** Why, in the judge's words; '' where the score says it all. */
  reason: string;
};

/** `invalid_variable`: of the item; the others: of the judge or the model behind it. */
export type GradeErrorCode = 'invalid_variable' | 'judge_failed' | 'judge_unreadable' | 'invalid_grader';

/** A grader that cannot say anything of this item; `message` says why. Never a score of 0 instead. */
export class GradeError extends Error {
  override name = 'GradeError';
  readonly code: GradeErrorCode;

  constructor(code: GradeErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** How graders ask models: one question, whose answer has whatever status the model's server gave. */
export type AskModel = (question: {
  path: '/v1/chat/completions' | '/v1/embeddings';
  body: Record<string, unknown>;
  purpose: 'judge' | 'embedding';
}) => Promise<{ status: number; body: unknown }>;

/** What graders have besides the item. */
export type GraderTools = {
  /** @throws whatever keeps a question from being answered at all; it is passed on */
  ask: AskModel;
  /** For `cosine` without a model; '' where there is none. */
  embeddingModel: string;
  /** Models that refuse the strictest `response_format`, and which of the others they take; learned while grading. */
  judgeFormats: Map<string, number>;
};

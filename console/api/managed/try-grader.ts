/** One grader on one item, answered in the shape of OpenAI's `fine_tuning/alpha/graders/run`. */
import type { Grader } from '../../../collector/record/grader.ts';
import { gradeOne } from '../../../evals/graders/grade.ts';
import { GradeError, type GradeErrorCode, type GraderTools } from '../../../evals/graders/verdict.ts';
import { parseObject } from '../../../evals/runs/sample-answer.ts';
import type { ConsoleContext } from '../context.ts';

type Json = Record<string, unknown>;
export type Trial = { grader: Grader; model_sample: string; item: Json };

/** OpenAI's flags; ours beside them says why in words. */
const NO_ERRORS = {
  formula_parse_error: false,
  sample_parse_error: false,
  truncated_observation_error: false,
  unresponsive_reward_error: false,
  invalid_variable_error: false,
  other_error: false,
  python_grader_server_error: false,
  python_grader_server_error_type: null,
  python_grader_runtime_error: false,
  python_grader_runtime_error_details: null,
  model_grader_server_error: false,
  model_grader_refusal_error: false,
  model_grader_parse_error: false,
  model_grader_server_error_details: null,
};
const FLAGS: Record<GradeErrorCode, keyof typeof NO_ERRORS> = {
  invalid_variable: 'invalid_variable_error',
  judge_failed: 'model_grader_server_error',
  judge_unreadable: 'model_grader_parse_error',
  invalid_grader: 'other_error',
};

/** `reward` is 0 where the grader failed, and `metadata.errors` then says so. */
export async function tryGrader(
  { gateway, config }: ConsoleContext,
  project_id: string,
  { grader, model_sample, item }: Trial,
) {
  const started = performance.now();
  const usage: Record<string, number> = {};
  const tools: GraderTools = {
    async ask(question) {
      const answer = await gateway.ask({ ...question, project_id });
      const model = String(question.body['model']);
      usage[model] = (usage[model] ?? 0) + tokensOf(answer.body);
      return answer;
    },
    embeddingModel: config.SEKISHO_EMBEDDING_MODEL,
    judgeFormats: new Map(),
  };
  const output_json = parseObject(model_sample);
  const sample = { output_text: model_sample, ...(output_json === undefined ? {} : { output_json }) };
  const said = await judge(grader, { item, sample }, tools);
  const tokens = Object.values(usage).reduce((sum, count) => sum + count, 0);
  return {
    reward: said.score,
    sub_rewards: {},
    model_grader_token_usage_per_model: usage,
    metadata: {
      name: grader.name,
      type: grader.type,
      errors: said.errors,
      execution_time: (performance.now() - started) / 1000,
      scores: { [grader.name]: said.score },
      token_usage: Object.keys(usage).length > 0 ? tokens : null,
      sampled_model_name: 'model' in grader ? (grader.model ?? null) : null,
      passed: said.passed,
      label: said.label,
      reason: said.reason,
    },
  };
}

async function judge(grader: Grader, scope: { item: Json; sample: Json }, tools: GraderTools) {
  try {
    return { ...(await gradeOne(grader, scope, tools)), errors: NO_ERRORS };
  } catch (error) {
    if (!(error instanceof GradeError)) throw error;
    const details = error.code === 'judge_failed' ? { model_grader_server_error_details: error.message } : {};
    const errors = { ...NO_ERRORS, [FLAGS[error.code]]: true, ...details };
    return { score: 0, passed: false, label: '', reason: error.message, errors };
  }
}

function tokensOf(body: unknown): number {
  const total = (body as { usage?: { total_tokens?: unknown } } | undefined)?.usage?.total_tokens;
  return typeof total === 'number' ? total : 0;
}

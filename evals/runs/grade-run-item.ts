/** One item of a run: asked, graded, and made a row of. */
import type { EvalResultRow } from '../../collector/append/eval-results.ts';
import type { GraderResult } from '../../collector/record/eval.ts';
import type { Grader } from '../../collector/record/grader.ts';
import { gradeItem, toItemStatus } from '../graders/grade.ts';
import { GradeError, type GraderTools } from '../graders/verdict.ts';
import type { PlacedItem } from './items.ts';
import type { Run } from './run.ts';
import { generateSample, isGenerating, type Sample } from './sample.ts';

/** Id of an item's result, the same in every attempt; its position can be read from it. */
export const toOutputItemId = (run_id: string, position: number): string =>
  `${run_id.replace(/^evalrun_/, 'evaloi_')}_${position}`;

/** The position in an id of `toOutputItemId` for that run; undefined for any other. */
export function findPosition(run_id: string, output_item_id: string): number | undefined {
  const position = Number(/_(\d{1,9})$/.exec(output_item_id)?.[1] ?? NaN);
  return toOutputItemId(run_id, position) === output_item_id ? position : undefined;
}

/** @throws Error when the gateway cannot be reached, the signal's reason: then nothing is said of the item */
export async function gradeRunItem(
  run: Run,
  placed: PlacedItem,
  signal: AbortSignal,
): Promise<EvalResultRow> {
  const { context, project_id, body } = run;
  const started = performance.now();
  let sample: Sample | undefined;
  let results: GraderResult[];
  let error = '';
  try {
    if (isGenerating(body.data_source)) {
      const { gateway, registry } = context;
      sample = await generateSample(body.data_source, placed, { gateway, registry, project_id, signal });
    }
    const scope = { item: placed.item, sample: sample?.scope ?? placed.sample };
    results = await gradeItem(body.testing_criteria, scope, toTools(run, signal));
    const failed = results.find((result) => result.error);
    if (failed) error = `${failed.name}: ${failed.reason}`;
  } catch (thrown) {
    const isOfItem = thrown instanceof GradeError || thrown instanceof RangeError;
    if (!isOfItem) throw thrown;
    error = thrown.message;
    results = body.testing_criteria.map((grader) => toUngraded(grader, error));
  }
  return {
    ...toIdentity(run, placed),
    status: toItemStatus(results),
    results,
    ...toSampleColumns(placed, sample),
    duration_ms: sample?.duration_ms ?? Math.round(performance.now() - started),
    error,
    created_at: new Date().toISOString(),
  };
}

function toIdentity({ project_id, run_id, body }: Run, { position, key, item }: PlacedItem) {
  const output_item_id = toOutputItemId(run_id, position);
  return { project_id, eval_id: body.eval_id, run_id, position, output_item_id, item_key: key, item };
}

/** The sample that was made, else the one that was there. */
function toSampleColumns({ sample: given, trace_id, span_id }: PlacedItem, made: Sample | undefined) {
  if (made) {
    const { input, output_text, model, finish_reason, input_tokens, output_tokens } = made;
    return {
      sample_input: input,
      sample_output: output_text,
      sample_model: model,
      finish_reason,
      trace_id: made.trace_id,
      span_id: made.span_id,
      input_tokens,
      output_tokens,
    };
  }
  const { output_text } = given;
  return {
    sample_input: [],
    sample_output: typeof output_text === 'string' ? output_text : '',
    sample_model: '',
    finish_reason: '',
    trace_id,
    span_id,
    input_tokens: 0,
    output_tokens: 0,
  };
}

function toTools({ context, project_id, judgeFormats }: Run, signal: AbortSignal): GraderTools {
  const { gateway, embeddingModel } = context;
  return {
    ask: (question) => gateway.ask({ ...question, project_id, signal }),
    embeddingModel,
    judgeFormats,
  };
}

const toUngraded = ({ name, type }: Grader, reason: string): GraderResult => ({
  name,
  type,
  score: null,
  passed: false,
  label: '',
  reason,
  error: true,
});

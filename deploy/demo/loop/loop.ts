/**
 * What the demo leaves behind besides calls: a prompt, a source, feedback, a dataset, an evaluation and an export, all
 * made as an app would. What an earlier run has made is found by its name and left as it is; what it did not finish is
 * finished. Calls and feedback are new each time, as on any other day.
 */
import { askSource, askThroughPrompt } from './calls.ts';
import { leaveDataset } from './dataset.ts';
import type { Desk } from './desk.ts';
import { leaveEvaluation } from './evaluation.ts';
import { leaveExport } from './export.ts';
import { giveFeedback } from './feedback.ts';
import { leavePrompt } from './prompt.ts';
import { leaveSource } from './source.ts';

/** Calls that `goThroughLoop` makes at most: questions and look-ups, and what two runs ask and have judged. */
export const LOOP_CALLS = 80;

/** @throws DemoError, an error of the SDK, or the reason of the desk's signal */
export async function goThroughLoop(desk: Desk): Promise<void> {
  const prompt_id = await leavePrompt(desk);
  const vector_store_id = await leaveSource(desk);
  const answered = await askThroughPrompt(desk, prompt_id);
  await askSource(desk, vector_store_id);
  await giveFeedback(desk, answered);
  const dataset_id = await leaveDataset(desk, answered.length);
  await leaveEvaluation(desk, dataset_id);
  await leaveExport(desk);
}

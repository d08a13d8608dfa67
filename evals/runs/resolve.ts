/** The items of a run's source, in an order that is the same at every look as long as the source is. */
import type { RunSource } from '../../collector/record/eval.ts';
import { AppError } from '../../errors.ts';
import { readDatasetItems } from '../datasets/read.ts';
import { readLines } from '../files/lines.ts';
import { PermanentError } from '../jobs/runner.ts';
import { parseItemLine } from './item-line.ts';
import { type RunItem, toAnsweredItem, toGivenItems } from './items.ts';
import { readLoggedCalls } from './logged-calls.ts';
import type { Run } from './run.ts';

/**
 * @throws PermanentError where the source is gone, or holds what is no item; whatever reading it throws; the signal's
 * reason
 */
export async function* resolveItems(run: Run, signal: AbortSignal): AsyncGenerator<RunItem> {
  const { source } = run.body.data_source;
  switch (source.type) {
    case 'file_content':
      return yield* toGivenItems(source.content);
    case 'file_id':
      return yield* readFileItems(run, source);
    case 'dataset':
      return yield* readDataset(run, source, signal);
    default:
      return yield* readLoggedCalls(run, source, signal);
  }
}

/** One item a line: `{"item": {...}, "sample": {...}}`. */
async function* readFileItems(
  { context, project_id }: Run,
  { id }: RunSource & { type: 'file_id' },
): AsyncGenerator<RunItem> {
  const file = context.registry.find('file', id);
  if (file?.project_id !== project_id || file.body.status !== 'processed') {
    throw new PermanentError('file_not_found', `There is no file ${id}.`);
  }
  const input = await context.contents.read(project_id, file.body.sha256);
  try {
    for await (const { text, number } of readLines(input)) {
      if (text?.trim() === '') continue;
      const parsed = text === undefined ? 'is not UTF-8' : parseItemLine(text);
      if (typeof parsed === 'string') {
        throw new PermanentError('invalid_file', `${file.body.filename}, line ${number}: ${parsed}`);
      }
      yield* toGivenItems([parsed]);
    }
  } catch (error) {
    const isTooLong = error instanceof AppError && error.code === 'body_too_large';
    throw isTooLong ? new PermanentError('invalid_file', error.message) : error;
  } finally {
    input.destroy();
  }
}

async function* readDataset(
  { context, project_id }: Run,
  { dataset_id, version }: RunSource & { type: 'dataset' },
  signal: AbortSignal,
): AsyncGenerator<RunItem> {
  try {
    const options = { version: version ?? undefined, signal };
    for await (const page of readDatasetItems(context, project_id, dataset_id, options)) {
      yield* page.map(toAnsweredItem);
    }
  } catch (error) {
    const isGone = error instanceof AppError && ['not_found', 'invalid_query'].includes(error.code);
    throw isGone ? new PermanentError('dataset_not_found', error.message) : error;
  }
}

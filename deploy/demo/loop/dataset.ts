/** The calls through the prompt as a dataset. */
import type { DatasetObject, DatasetVersion } from '../../../console/contract/datasets.ts';
import { DemoError } from '../gateway.ts';
import { type Desk, findNamed, get, isOver, post, waitFor } from './desk.ts';
import { PROMPT_NAME } from './prompt.ts';
import { QUESTIONS } from './questions.ts';

const NAME = 'Support questions';
/** In the words of the call list. */
export const PROMPT_CALLS = { type: 'calls', filter: { prompt: [PROMPT_NAME], status: ['ok'] } };

/** Makes the dataset from `calls` answered calls, unless it has a version already. Resolves to its id. */
export async function leaveDataset(desk: Desk, calls: number): Promise<string> {
  const found = await findNamed<DatasetObject>(desk, '/datasets', NAME);
  if (found && found.latest_version > 0 && found.items > 0) {
    desk.tell('dataset', `${NAME}, ${found.items} items, was there`);
    return found.id;
  }
  await waitForCalls(desk, calls);
  const description = 'What customers asked through the prompt, and what should have been answered.';
  const { id } = found ?? (await post<DatasetObject>(desk, '/datasets', { name: NAME, description }));
  const source = { ...PROMPT_CALLS, limit: QUESTIONS.length };
  const path = `/datasets/${id}/versions`;
  const { version } = await post<DatasetVersion>(desk, path, { source, note: 'made by the demo' });
  const ask = () => get<DatasetVersion>(desk, `${path}/${version}`);
  const made = await waitFor(desk, 'The dataset', ask, isOver);
  if (made.status !== 'completed')
    throw new DemoError(`The dataset could not be made: ${made.problems.join(' ')}`);
  desk.tell('dataset', `${NAME}, ${made.items} items`);
  return id;
}

/** A call is in the database a second or two after its answer. */
async function waitForCalls(desk: Desk, calls: number): Promise<void> {
  const body = { format: 'openai_sft', source: PROMPT_CALLS, limit: 1 };
  const count = () => post<{ total: number }>(desk, '/exports/preview', body);
  await waitFor(desk, 'The calls', count, ({ total }) => total >= calls);
}

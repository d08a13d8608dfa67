/** The answered questions as training data. */
import type { ExportObject } from '../../../console/contract/exports.ts';
import { DemoError } from '../gateway.ts';
import { PROMPT_CALLS } from './dataset.ts';
import { type Desk, findNamed, get, isOver, post, waitFor } from './desk.ts';
import { PROMPT_NAME } from './prompt.ts';

/** Makes the export, unless there is one. */
export async function leaveExport(desk: Desk): Promise<void> {
  const found = await findNamed<ExportObject>(desk, '/exports', PROMPT_NAME);
  const isThere = found !== undefined && (!isOver(found) || found.status === 'completed');
  const options = { validation_share: 0.2 };
  const body = { name: PROMPT_NAME, format: 'openai_sft', source: PROMPT_CALLS, options };
  const { id } = isThere ? found : await post<ExportObject>(desk, '/exports', body);
  const done = await waitFor(desk, 'The export', () => get<ExportObject>(desk, `/exports/${id}`), isOver);
  if (done.status !== 'completed')
    throw new DemoError(`The export ended as ${done.status}: ${done.error ?? ''}`);
  const { lines = 0, corrected = 0, masked = {} } = done.counts ?? {};
  const places = Object.values(masked).reduce((sum, count) => sum + count, 0);
  const what = `${lines} lines of training data, ${corrected} corrected, ${places} secrets masked`;
  desk.tell('export', isThere ? `${what}, was there` : what);
}

/** What tests of exports share: asking for them as an app does, and reading what they made. */
import OpenAI from 'openai';
import type { ExportObject } from '../../console/contract/exports.ts';
import { startUpstream, type Upstream } from '../upstream/upstream.ts';
import { bootSekisho, type Booted } from './boot.ts';
import { chatAnswer } from './evals.ts';
import { waitUntil } from './wait.ts';

export type ExportBody = {
  name?: string;
  format: 'openai_sft' | 'openai_dpo' | 'hf_messages' | 'csv';
  source: object;
  options?: object;
};

export const createExport = (client: OpenAI, body: ExportBody): Promise<ExportObject> =>
  client.post('/exports', { body });

export const getExport = (client: OpenAI, id: string): Promise<ExportObject> => client.get(`/exports/${id}`);

/** The export when it is over, however it ended. */
export function waitForExport(client: OpenAI, id: string, ms = 60_000): Promise<ExportObject> {
  return waitUntil(
    `the end of ${id}`,
    async () => {
      const now = await getExport(client, id);
      return now.status === 'queued' || now.status === 'in_progress' ? undefined : now;
    },
    ms,
  );
}

export async function exportAll(client: OpenAI, body: ExportBody): Promise<ExportObject> {
  return waitForExport(client, (await createExport(client, body)).id);
}

/** The text of an export's file of `split`. */
export async function readSplit(
  client: OpenAI,
  { files }: ExportObject,
  split: 'train' | 'validation' = 'train',
): Promise<string> {
  const file = files.find((each) => each.split === split);
  if (!file) throw new Error(`no ${split} file`);
  return (await client.files.content(file.file_id)).text();
}

export const parseLines = (text: string): unknown[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);

export type ExportWorld = { sekisho: Booted; client: OpenAI; stop(): Promise<void> };

/** Calls tagged `support` that were answered, two to a session: question n, answer n. */
export const CALLS = 12;
export const TOOL: OpenAI.ChatCompletionTool = {
  type: 'function',
  function: { name: 'get_order', parameters: { type: 'object', properties: { id: { type: 'string' } } } },
};
const TOOL_CALL = {
  id: 'call_1',
  type: 'function',
  function: { name: 'get_order', arguments: '{"id":"A1"}' },
};

/**
 * Sekisho with `CALLS` calls of `support`: 0 holds secrets, 1 has a thumb down, 2 one and a correction, 3 a thumb up and
 * a score; then the last one once more, one that failed, and one of `tools` that calls a tool.
 */
export async function startExportWorld(): Promise<ExportWorld> {
  const upstream = await startUpstream();
  const sekisho = await bootSekisho({ upstream: upstream.url });
  const client = new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 0 });
  const traces: string[] = [];
  for (let n = 0; n < CALLS; n++) traces.push(await askQuestion(client, upstream, n));
  await askQuestion(client, upstream, CALLS - 1);
  const message = { role: 'assistant', content: null, tool_calls: [TOOL_CALL] };
  const choices = [{ index: 0, finish_reason: 'tool_calls', message }];
  upstream.script('next', { body: { ...chatAnswer(''), choices } });
  await ask(client, { tools: [TOOL], parallel_tool_calls: false }, { 'x-tags': 'tools' });
  upstream.script('next', { status: 400, body: { error: { message: 'no', type: 'invalid_request_error' } } });
  await ask(client, {}, { 'x-tags': 'support' }).catch(() => '');
  await sekisho.flush();
  const say = (n: number, said: object): Promise<unknown> =>
    client.post('/feedback', { body: { trace_id: traces[n], ...said } });
  await say(1, { thumb: 'down' });
  await say(2, { thumb: 'down', correction: 'a better answer' });
  await say(3, { thumb: 'up', score: { name: 'quality', value: 0.9 } });
  await waitUntil('the scores', async () => {
    const [row] = await sekisho.query<{ n: number }>('SELECT uniqExact(name, trace_id) AS n FROM scores');
    return row?.n === 5;
  });
  const stop = async (): Promise<void> => {
    await sekisho.stop();
    await upstream.stop();
  };
  return { sekisho, client, stop };
}

function askQuestion(client: OpenAI, upstream: Upstream, n: number): Promise<string> {
  upstream.script('next', { body: chatAnswer(`answer ${n}`) });
  const content = n === 0 ? 'Write to taro@example.jp, password=hunter2' : `question ${n}`;
  const messages = [
    { role: 'system' as const, content: 'Be kind.' },
    { role: 'user' as const, content },
  ];
  return ask(client, { messages }, { 'x-session-id': `s${n >> 1}`, 'x-tags': 'support' });
}

/** The trace of the call. */
async function ask(
  client: OpenAI,
  given: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>,
  headers: Record<string, string>,
): Promise<string> {
  const body = { model: 'm', messages: [{ role: 'user' as const, content: 'q' }], ...given };
  const { response } = await client.chat.completions.create(body, { headers }).withResponse();
  return response.headers.get('x-sekisho-trace-id') ?? '';
}

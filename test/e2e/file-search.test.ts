/** The stock SDK uploads a file, searches it, and has its questions answered from it, through every room. */
import OpenAI from 'openai';
import type { ResponseOutputMessage, ResponseStreamEvent } from 'openai/resources/responses/responses';
import { beforeAll, expect, test } from 'vitest';
import { bootSekisho, type Booted } from '../kit/boot.ts';
import { waitUntil } from '../kit/wait.ts';

let sekisho: Booted;
let client: OpenAI;
let store: string;
let file: string;

beforeAll(async () => {
  sekisho = await bootSekisho();
  client = new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 0 });
  const text =
    '# Returns\n\nYou may return it within thirty days.\n\n返品は三十日以内です。送料は無料です。\n';
  ({ id: file } = await client.files.create({ file: new File([text], 'returns.md'), purpose: 'assistants' }));
  ({ id: store } = await client.vectorStores.create({ name: 'Help' }));
  await client.vectorStores.files.create(store, { file_id: file });
  await waitUntil('the file to be read', async () => {
    const { status } = await client.vectorStores.files.retrieve(file, { vector_store_id: store });
    return status === 'completed';
  });
}, 90_000);

const toRequest = (input: string) => ({
  model: 'gpt-4o-mini',
  input,
  tools: [{ type: 'file_search' as const, vector_store_ids: [store] }],
});

function citationsOf(output: OpenAI.Responses.Response['output']) {
  const message = output.find((item): item is ResponseOutputMessage => item.type === 'message');
  const [part] = message?.content ?? [];
  return part?.type === 'output_text' ? { text: part.text, annotations: part.annotations } : undefined;
}

test('an answer says where it comes from', async () => {
  const response = await client.responses.create({
    ...toRequest('Until when may I return it?'),
    include: ['file_search_call.results'],
  });
  const [search] = response.output;
  expect(search).toMatchObject({
    type: 'file_search_call',
    status: 'completed',
    queries: ['Until when may I return it?'],
    results: [
      { file_id: file, filename: 'returns.md', text: expect.stringContaining('thirty days') as string },
    ],
  });
  const { text, annotations } = citationsOf(response.output) ?? {};
  expect(annotations).toEqual([
    { type: 'file_citation', index: text?.indexOf('[1]'), file_id: file, filename: 'returns.md' },
  ]);
});

test('a streamed answer is put together by the SDK like any other, in Japanese too', async () => {
  const stream = client.responses.stream(toRequest('返品はいつまでですか'));
  const events: ResponseStreamEvent[] = [];
  for await (const event of stream) events.push(event);
  expect(events.map((event) => event.sequence_number)).toEqual(events.map((_event, index) => index));
  expect(events.map((event) => event.type)).toContain('response.file_search_call.searching');
  const { output } = await stream.finalResponse();
  const { text, annotations } = citationsOf(output) ?? {};
  expect(text).toContain('三十日以内');
  expect(annotations).toMatchObject([{ type: 'file_citation', file_id: file }]);
});

test('each search is a span below its call', async () => {
  const question = 'Until when may I return it?';
  const response = await client.responses.create(toRequest(question));
  await sekisho.flush();
  const rows = await sekisho.query<{ span_type: string; output_preview: string }>(
    `SELECT span_type, input_preview, output_preview FROM spans
     WHERE trace_id = (SELECT trace_id FROM spans WHERE response_id = {id:String}) ORDER BY span_type`,
    { id: response.id },
  );
  expect(rows).toMatchObject([
    { span_type: 'llm', input_preview: question },
    {
      span_type: 'retrieval',
      input_preview: question,
      output_preview: expect.stringContaining('returns.md') as string,
    },
  ]);
});

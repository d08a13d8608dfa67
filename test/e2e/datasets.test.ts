/** Datasets as an app makes them, with the stock SDK: from its own calls, from files, and from other versions. */
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootSekisho, type Booted } from '../kit/boot.ts';
import { chatAnswer } from '../kit/evals.ts';
import { datasetsOf, type Json, type List, type Version } from '../kit/datasets.ts';
import { waitUntil } from '../kit/wait.ts';
import { startUpstream, type Upstream } from '../upstream/upstream.ts';

type Datasets = ReturnType<typeof datasetsOf>;
let sekisho: Booted;
let upstream: Upstream;
let client: OpenAI;
let make: Datasets['make'];
let begin: Datasets['begin'];
let over: Datasets['over'];
let itemsOf: Datasets['itemsOf'];
let upload: Datasets['upload'];

beforeAll(async () => {
  upstream = await startUpstream();
  sekisho = await bootSekisho({ upstream: upstream.url });
  client = new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 0 });
  ({ make, begin, over, itemsOf, upload } = datasetsOf(client));
});
afterAll(async () => {
  await sekisho.stop();
  await upstream.stop();
});

describe('from calls', () => {
  const tools = [
    { type: 'function' as const, function: { name: 'find_order', parameters: { type: 'object' } } },
  ];
  const ask = (content: string, session: string, extra: object = {}) =>
    client.chat.completions.create(
      {
        model: 'gpt-4o-mini',
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content },
        ],
        ...extra,
      },
      { headers: { 'x-session-id': session } },
    );

  it('has conversations in chat form, with what should have been answered, and knows where they came from', async () => {
    upstream.script({ contains: 'first' }, { body: { ...chatAnswer('One.'), id: 'chatcmpl-first' } });
    upstream.script({ contains: 'second' }, { body: { ...chatAnswer('Two.'), id: 'chatcmpl-second' } });
    const { id: first } = await ask('the first question', 's-1', { tools, metadata: { app: 'shop' } });
    await ask('the second question', 's-2', { stream: false });
    await client.embeddings.create({ model: 'text-embedding-3-small', input: 'not a conversation' });
    await client.post('/feedback', { body: { response_id: first, correction: 'Uno.' } });
    await sekisho.flush();
    await waitUntil('the correction', async () => {
      const { data } = await client.get<List<Json>>('/feedback', { query: { response_id: first } });
      return data.length === 1;
    });
    const id = await make({ type: 'calls', filter: {} });
    const version = await over(id, 1);
    expect(version).toMatchObject({ status: 'completed', items: 2 });
    expect(version.problems).toEqual([
      '1 × call without messages (an embedding, or bodies that were not kept)',
    ]);
    const messages = (content: string) => [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content },
    ];
    const items = await itemsOf(id);
    expect(items.map(({ item, session_id }) => ({ item, session_id }))).toEqual([
      {
        session_id: 's-2',
        item: {
          messages: messages('the second question'),
          input: 'the second question',
          output: 'Two.',
          model: 'gpt-4o-mini',
        },
      },
      {
        session_id: 's-1',
        item: {
          messages: messages('the first question'),
          tools,
          input: 'the first question',
          output: 'One.',
          expected: 'Uno.',
          model: 'gpt-4o-mini',
          metadata: { app: 'shop' },
        },
      },
    ]);
    const stored = await sekisho.query<{ span: string }>(
      `SELECT concat(lower(hex(trace_id)), leftPad(lower(hex(span_id)), 16, '0')) AS span FROM spans
       WHERE span_type = 'llm' ORDER BY started_at DESC`,
    );
    expect(items.map(({ trace_id, span_id }) => trace_id + span_id)).toEqual(stored.map(({ span }) => span));
  });

  it('takes the filter of the call list, and on top of a version only what is not in it yet', async () => {
    const id = await make({ type: 'calls', filter: { feedback: ['corrected'] } });
    expect(await over(id, 1)).toMatchObject({ status: 'completed', items: 1, problems: [] });
    await begin(id, { type: 'calls', filter: {}, base_version: 1 });
    const second = await over(id, 2);
    expect(second).toMatchObject({ status: 'completed', items: 2 });
    expect(second.problems).toContain('1 × call that is among the items already');
    const [[kept], [first]] = [await itemsOf(id, { version: 1 }), await itemsOf(id, { version: 2 })];
    expect(first).toEqual(kept);
  });

  it('fails, with the reason, where nothing passes; and is refused for words that do not exist', async () => {
    const id = await make({ type: 'calls', filter: { model: ['none'] } });
    expect(await over(id, 1)).toMatchObject({
      status: 'failed',
      items: 0,
      problems: ['Nothing in the source makes an item.'],
    });
    await expect(itemsOf(id)).rejects.toMatchObject({ status: 404 });
    await expect(itemsOf(id, { version: 1 })).rejects.toThrow(/version 1 .* is failed/i);
    await expect(make({ type: 'calls', filter: { modle: ['x'] } })).rejects.toThrow(/source.filter/);
    await expect(make({ type: 'calls', filter: { feedback: ['liked'] } })).rejects.toThrow(
      /source.filter.feedback/,
    );
  });
});

describe('from a file', () => {
  it('of JSONL is its lines, and every line that is none is told', async () => {
    const file_id = await upload(
      'q.jsonl',
      '{"q":"1\u2028一"}\nnot json\n{"item":{"q":"2"}}\n{"q":"1\u2028一"}\n',
    );
    const id = await make({ type: 'file', file_id });
    expect(await over(id, 1)).toMatchObject({
      status: 'completed',
      items: 3,
      problems: ['line 2: is not valid JSON'],
    });
    const items = await itemsOf(id);
    expect(items.map(({ item }) => item)).toEqual([{ q: '1\u2028一' }, { q: '2' }, { q: '1\u2028一' }]);
    // The same line twice is two items, and the same in every upload.
    expect(items[2]?.item_id).toBe(`${items[0]?.item_id}.2`);
    const again = await make({ type: 'file', file_id });
    await over(again, 1);
    expect((await itemsOf(again)).map(({ item_id }) => item_id)).toEqual(items.map(({ item_id }) => item_id));
  });

  it('of CSV is its rows', async () => {
    const id = await make({
      type: 'file',
      file_id: await upload('q.csv', 'q,answer\r\n"1, or 2",x\r\n3\r\n'),
    });
    expect(await over(id, 1)).toMatchObject({
      status: 'completed',
      items: 1,
      problems: ['line 3: has 1 values for 2 columns'],
    });
    expect((await itemsOf(id))[0]?.item).toEqual({ q: '1, or 2', answer: 'x' });
  });

  it('that cannot be read fails with the reason', async () => {
    const id = await make({ type: 'file', file_id: await upload('q.csv', 'q,q\n1,2\n') });
    expect(await over(id, 1)).toMatchObject({ status: 'failed', problems: ['Two columns are named q.'] });
    await expect(make({ type: 'file', file_id: 'file-none' })).rejects.toMatchObject({ status: 404 });
  });
});

describe('from another version', () => {
  it('keeps ids through removal, change and addition; the older version stays as it was', async () => {
    const file_id = await upload('q.jsonl', [1, 2, 3].map((n) => `{"q":${n}}\n`).join(''));
    const id = await make({ type: 'file', file_id });
    await over(id, 1);
    const [one, two, three] = await itemsOf(id);
    const [call] = await sekisho.query<{ trace_id: string; span_id: string }>(
      `SELECT lower(hex(trace_id)) AS trace_id, leftPad(lower(hex(span_id)), 16, '0') AS span_id FROM spans
       WHERE response_id = 'chatcmpl-first'`,
    );
    if (!call) throw new Error('no call');
    const edit = {
      type: 'edit',
      base_version: 1,
      remove: [one?.item_id],
      change: [{ item_id: two?.item_id, item: { q: 22 } }],
    };
    await begin(id, { ...edit, add: [{ item: { q: 4 } }, { ...call }, { ...call, item: { q: 5 } }] });
    const version = await over(id, 2);
    expect(version).toMatchObject({ status: 'completed', items: 4 });
    expect(version.problems).toEqual(['1 × call that is among the items already']);
    const items = await itemsOf(id);
    expect(items.slice(0, 2)).toEqual([
      { ...two, position: 0, item: { q: 22 } },
      { ...three, position: 1 },
    ]);
    expect(items[2]).toMatchObject({ position: 2, item: { q: 4 }, trace_id: '' });
    expect(items[3]).toMatchObject({ position: 3, ...call, session_id: 's-1', item: { expected: 'Uno.' } });
    expect(await itemsOf(id, { version: 1 })).toEqual([one, two, three]);
    const dataset = await client.get(`/datasets/${id}`);
    expect(dataset).toMatchObject({ latest_version: 2, items: 4 });
  });

  it('is refused or fails where it says what cannot be', async () => {
    const id = await make({ type: 'file', file_id: await upload('q.jsonl', '{"q":1}') });
    await over(id, 1);
    const edit = (rest: Json) => begin(id, { type: 'edit', base_version: 1, ...rest });
    await expect(edit({})).rejects.toThrow(/nothing is changed/);
    await expect(edit({ base_version: 7, remove: ['x'] })).rejects.toThrow(/no complete version 7/);
    await expect(edit({ add: [{}] })).rejects.toThrow(/source.add.0: has neither/);
    await expect(edit({ add: [{ trace_id: 'x', span_id: 'y' }] })).rejects.toThrow(/hex digits/);
    await edit({ remove: ['item_unknown'] });
    expect(await over(id, 2)).toMatchObject({
      status: 'failed',
      problems: ['Version 1 has no item item_unknown.'],
    });
    await edit({ add: [{ trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16) }] });
    expect((await over(id, 3)).problems[0]).toMatch(/is not there/);
    expect(await client.get(`/datasets/${id}`)).toMatchObject({ latest_version: 1, items: 1 });
  });

  it('is not made while a cancelled one stays cancelled, and an archived dataset takes none', async () => {
    const id = await make();
    await begin(id, { type: 'calls', filter: {} });
    const cancelled: Version = await client.post(`/datasets/${id}/versions/1/cancel`);
    expect(['cancelled', 'completed']).toContain(cancelled.status);
    expect((await over(id, 1)).status).toBe(cancelled.status);
    await client.delete(`/datasets/${id}`);
    await expect(begin(id, { type: 'calls', filter: {} })).rejects.toThrow(/archived/);
    const { data } = await client.get<List<{ id: string }>>('/datasets', { query: { limit: 100 } });
    expect(data.map((each) => each.id)).not.toContain(id);
  });
});

/** The tool file_search over our own stores: searched before the provider is asked, cited in its answer. */
import { uuidv7 } from 'uuidv7';
import { describe, expect, it } from 'vitest';
import { PROJECT_HEADER } from '../../../collector/keys/derive.ts';
import { take } from './client.ts';
import { INPUT, type Json, OTHER, startSearching, STORE, tool } from './file-search.ts';
import { TOKEN } from './kit.ts';

describe('a search', () => {
  it('is made for the last question, and the model is given what was found', async () => {
    const { searches, calls, send } = await startSearching();
    const input = [
      { role: 'user', content: 'Hello' },
      { type: 'file_search_call', id: `fs_${uuidv7()}`, status: 'completed', queries: ['x'] },
      { role: 'assistant', content: [{ type: 'output_text', text: 'Hi [1]' }] },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: INPUT },
          { type: 'input_image', image_url: 'data:x' },
        ],
      },
      { type: 'function_call_output', call_id: 'c', output: 'done' },
    ];
    const options = {
      max_num_results: 3,
      ranking_options: { score_threshold: 0.1 },
      filters: { type: 'eq', key: 'lang', value: 'ja' },
    };
    const fn = { type: 'function', name: 'f', parameters: {} };
    const include = ['file_search_call.results', 'reasoning.encrypted_content'];
    const tool_choice = { type: 'file_search' };
    await send({
      input,
      tools: [fn, tool({ vector_store_ids: [STORE, OTHER, STORE], ...options })],
      include,
      tool_choice,
      seed: 1,
    });
    expect(searches.map(({ url }) => url).toSorted()).toEqual(
      [STORE, OTHER].map((id) => `/internal/v1/vector_stores/${id}/search`).toSorted(),
    );
    for (const { body, headers } of searches) {
      expect(body).toEqual({ query: INPUT, ...options });
      expect(headers[PROJECT_HEADER]).toBe('proj_1');
      expect(headers.authorization).toBeUndefined();
    }
    const [{ body } = { body: {} as Json }] = calls;
    expect(Object.keys(body).toSorted()).toEqual(['include', 'input', 'model', 'seed', 'tools']);
    expect([body['tools'], body['include']]).toEqual([[fn], ['reasoning.encrypted_content']]);
    const [context, ...rest] = body['input'] as Json[];
    expect(rest).toEqual([input[0], ...input.slice(2)]);
    expect(context).toMatchObject({ type: 'message', role: 'system' });
    expect(context?.['content']).toMatch(
      /\[1\] returns\.md\nYou may return it within thirty days\.\n\n\[2\] shipping\.md\nShipping is free\.\n\n\[3\] terms\.md\nTerms\.$/,
    );
  });

  it('is a span below the call’s, whose record has what went up and what the client got', async () => {
    const { gateway, calls, send } = await startSearching();
    const answer = await send({ input: INPUT, tools: [tool()], metadata: { a: 'b' } });
    const records = await gateway.calls();
    const [search, call] = ['retrieval', 'chat'].map((name) =>
      records.find(({ open }) => open.operation === name),
    );
    expect(records).toHaveLength(2);
    expect(search?.open).toMatchObject({
      path: `/v1/vector_stores/${STORE}/search`,
      trace_id: call?.open.trace_id,
      parent_span_id: call?.open.span_id,
      key_id: 'key_1',
    });
    expect(JSON.parse(search?.request.toString() ?? '')).toEqual({ query: INPUT });
    expect(answer.headers['x-sekisho-trace-id']).toBe(call?.open.trace_id);
    expect(JSON.parse(call?.request.toString() ?? '')).toEqual(calls[0]?.body);
    expect(Buffer.concat(call?.response ?? []).toString()).toBe(answer.text);
    expect(call?.close).toMatchObject({ outcome: 'ok', status: 200 });
  });

  it('leaves stores that are not ours to the provider', async () => {
    const { searches, calls, send } = await startSearching();
    const tools = [{ type: 'file_search', vector_store_ids: ['vs_abc'] }];
    await send({ input: INPUT, tools });
    expect([searches, calls[0]?.body]).toEqual([[], { model: 'm', input: INPUT, tools }]);
  });

  it('is not made for an app that keeps its own key', async () => {
    const { gateway, searches, calls } = await startSearching();
    const body = JSON.stringify({ model: 'm', input: INPUT, tools: [tool()] });
    await take(`${gateway.url}/k/${TOKEN}/v1/responses`, {
      body,
      headers: { authorization: 'Bearer sk-app' },
    });
    expect([searches, calls[0]?.body]).toEqual([[], JSON.parse(body)]);
  });

  it.each([
    ['the model may not use it', { input: INPUT, tool_choice: 'none' }],
    ['nobody asks anything', { input: [{ type: 'function_call_output', call_id: 'c', output: 'x' }] }],
  ])('is not made where %s, and the tool goes no further', async (_name, body) => {
    const { searches, calls, send } = await startSearching();
    const answer = JSON.parse((await send({ ...body, tools: [tool()] })).text) as {
      output: Json[];
      tools: unknown;
    };
    expect(searches).toEqual([]);
    expect(Object.keys(calls[0]?.body ?? {})).toEqual(['model', 'input']);
    expect(answer.output.map((item) => item['type'])).toEqual(['message']);
    expect(answer.tools).toEqual([tool()]);
  });
});

describe('an answer', () => {
  it('has the search first, and annotations that name the files', async () => {
    const { send } = await startSearching();
    const { output } = JSON.parse(
      (await send({ input: INPUT, tools: [tool()], include: ['file_search_call.results'] })).text,
    ) as { output: Json[] };
    expect(output[0]).toEqual({
      id: expect.stringMatching(/^fs_[0-9a-f-]{36}$/) as string,
      type: 'file_search_call',
      status: 'completed',
      queries: [INPUT],
      results: [
        {
          file_id: 'file-returns',
          filename: 'returns.md',
          score: 0.9,
          text: 'You may return it within thirty days.',
          attributes: { lang: 'ja' },
        },
        {
          file_id: 'file-terms',
          filename: 'terms.md',
          score: 0.2,
          text: 'Terms.',
          attributes: { lang: 'ja' },
        },
      ],
    });
    const [part] = (output[1]?.['content'] ?? []) as {
      text: string;
      annotations: { index: number; file_id: string }[];
    }[];
    expect(part?.text).toContain('thirty days');
    expect(part?.annotations).toEqual([
      {
        type: 'file_citation',
        index: part?.text.indexOf('[1]'),
        file_id: 'file-returns',
        filename: 'returns.md',
      },
    ]);
  });

  it('that is streamed is recorded as the client got it, and says no results that nobody asked for', async () => {
    const { gateway, send } = await startSearching();
    const { text, over } = await send({ input: INPUT, tools: [tool()], stream: true });
    expect(over).toBe('ended');
    expect(text).toContain('event: response.file_search_call.searching');
    expect(text).toContain('event: response.output_text.annotation.added');
    expect(text).not.toContain('"results"');
    const call = (await gateway.calls()).find(({ open }) => open.operation === 'chat');
    expect(Buffer.concat(call?.response ?? []).toString()).toBe(text);
    expect(call?.close?.ttft_ms).toBeGreaterThan(0);
  });

  it('without a find says so to the model', async () => {
    const { calls, send } = await startSearching({ answer: { data: [] } });
    const { output } = JSON.parse((await send({ input: INPUT, tools: [tool()] })).text) as { output: Json[] };
    expect(output.map((item) => item['type'])).toEqual(['file_search_call', 'message']);
    expect(JSON.stringify(calls[0]?.body['input'])).toContain('nothing was found');
  });
});

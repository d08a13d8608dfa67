/** Searches as spans of their own, and what the gateway says of a call besides its bodies. */
import { describe, expect, it } from 'vitest';
import { GEN_AI, SEKISHO } from '../../../collector/record/attributes.ts';
import { read, text, type Exchange } from './span.ts';

const hit = (filename: string, score: number, ...texts: string[]) => ({
  file_id: 'file-1',
  filename,
  score,
  attributes: null,
  content: texts.map((each) => ({ type: 'text', text: each })),
});

function search(exchange: Exchange) {
  const attributes = { [GEN_AI.operation]: 'retrieval' };
  return read({ path: '/v1/vector_stores/vs_1/search', provider: 'sekisho', attributes, ...exchange });
}

describe('a retrieval', () => {
  const request = { query: '返品の期限は？', max_num_results: 2 };
  const data = [
    hit('返品.md', 0.912, '三十日以内です。', '送料は無料です。'),
    hit('terms.pdf', 0.4, 'Terms'),
  ];

  it('reads as a question and what was found, best first', () => {
    const row = search({ request, response: { object: 'page', search_query: ['返品の期限は？'], data } });
    expect(row).toMatchObject({
      span_type: 'retrieval',
      operation: 'retrieval',
      dialect: 'openai.search',
      status: 'ok',
    });
    expect(row.input).toEqual([{ role: 'user', parts: [text('返品の期限は？')] }]);
    expect(row.output).toEqual([
      {
        role: 'tool',
        parts: [text('返品.md (0.91): 三十日以内です。\n送料は無料です。'), text('terms.pdf (0.40): Terms')],
      },
    ]);
    expect(row.input_preview).toBe('返品の期限は？');
    expect(row.output_preview).toBe(
      '返品.md (0.91): 三十日以内です。 送料は無料です。 terms.pdf (0.40): Terms',
    );
    expect(row.search_text).toContain('送料は無料');
  });

  it('costs nothing and is no call of a model', () => {
    const row = search({ request, response: { data } });
    expect(row).toMatchObject({ counted: false, cost_total: 0n, usage: {} });
    expect(row.cost_source).not.toBe('unknown');
  });

  it.each([
    [{ query: ['a', 'b'] }, { data: [] }, 2, 0],
    [{}, { search_query: ['a'], data: 'x' }, 1, 0],
    [{ query: 7 }, undefined, 0, 0],
    [{ query: 'a' }, { data: [{ file_id: 'f' }, null, { content: [1, {}] }] }, 1, 1],
  ])('of another shape is a row all the same: %j', (asked, response, inputs, outputs) => {
    const row = search({ request: asked, response });
    expect([row.input.length, row.output.length]).toEqual([inputs, outputs]);
  });

  it('that failed says why', () => {
    const row = search({
      request,
      status: 404,
      outcome: 'error',
      response: { error: { message: 'no such store', code: 'not_found' } },
    });
    expect(row).toMatchObject({ status: 'error', error_type: 'not_found', output_preview: 'no such store' });
  });
});

describe('a call of a managed prompt', () => {
  const attributes = {
    [GEN_AI.promptName]: 'greeting',
    [SEKISHO.promptId]: 'pmpt_1',
    [SEKISHO.promptVersion]: 3,
    [SEKISHO.promptLabel]: 'production',
    [SEKISHO.promptVariables]: '{"name":"関所"}',
  };
  const request = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] };

  it('has name and version in columns, the rest among the attributes', () => {
    const row = read({ request, attributes });
    expect(row).toMatchObject({ prompt_name: 'greeting', prompt_version: 3 });
    expect(row.attributes).toMatchObject({
      'sekisho.prompt.id': 'pmpt_1',
      'sekisho.prompt.label': 'production',
      'sekisho.prompt.variables': '{"name":"関所"}',
    });
  });

  it('of a room has its purpose as a tag, and nobody else can give that tag', () => {
    const requestHeaders = { 'x-tags': 'a, sekisho:judge, Sekisho:Sample, b' };
    expect(read({ request, requestHeaders }).tags).toEqual(['a', 'b']);
    const row = read({ request, requestHeaders, attributes: { [SEKISHO.purpose]: 'judge' } });
    expect(row.tags).toEqual(['a', 'b', 'sekisho:judge']);
    expect(row.attributes['sekisho.purpose']).toBeUndefined();
    expect(read({ request: { ...request, metadata: { tags: 'sekisho:judge' } } }).tags).toEqual([]);
  });
});

/** What a search takes and refuses; what it finds is in ../sources/. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestConsole, type TestConsole } from '../../kit/console.ts';
import { createAsks } from './source-asks.ts';

let room: TestConsole;
let { ask, makeStore } = {} as ReturnType<typeof createAsks>;

beforeAll(async () => {
  room = await startTestConsole();
  ({ ask, makeStore } = createAsks(room));
});
afterAll(() => room.stop());

describe('a search', () => {
  const nest = (depth: number): object => {
    let filter: object = { type: 'eq', key: 'a', value: 1 };
    for (let i = 0; i < depth; i++) filter = { type: 'and', filters: [filter] };
    return filter;
  };

  it('of an empty store finds nothing, and says how it looked', async () => {
    const { body } = await ask(`/vector_stores/${await makeStore()}/search`, {
      query: ['a', 'b'],
      rewrite_query: true,
    });
    expect(body).toEqual({
      object: 'vector_store.search_results.page',
      search_query: ['a', 'b'],
      data: [],
      has_more: false,
      next_page: null,
      search_mode: 'text',
    });
  });

  it.each([
    [{ search_mode: 'vector' }, 'search_mode'],
    [{ filters: { type: 'in', key: 'a', value: 1 } }, 'filters'],
    [{ filters: nest(50) }, 'filters'],
    [
      { ranking_options: { hybrid_search: { embedding_weight: 0, text_weight: 0 } } },
      'ranking_options.hybrid_search',
    ],
    [
      { ranking_options: { hybrid_search: { embedding_weight: -1, text_weight: 1 } } },
      'ranking_options.hybrid_search',
    ],
    [{ ranking_options: { score_threshold: 2 } }, 'ranking_options.score_threshold'],
    [{ max_num_results: 51 }, 'max_num_results'],
    [{ query: '' }, 'query'],
  ])('is refused with %j', async (body, param) => {
    const answer = await ask(`/vector_stores/${await makeStore()}/search`, { query: 'x', ...body });
    expect([answer.status, answer.body.error['code'], answer.body.error['param']]).toEqual([
      400,
      'invalid_body',
      param,
    ]);
  });

  it('is refused with filters nested beyond all reason', async () => {
    const filters = `${'{"type":"and","filters":['.repeat(20_000)}{"type":"eq","key":"a","value":1}${']}'.repeat(20_000)}`;
    const response = await room.ask(
      'builder',
      `/api/projects/${room.project_id}/vector_stores/${await makeStore()}/search`,
      {
        method: 'POST',
        body: `{"query":"x","filters":${filters}}`,
      },
    );
    expect(response.status).toBe(400);
  });
});

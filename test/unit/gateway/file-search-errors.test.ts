/** What can go wrong with a search over our own stores: told, recorded, and never half done. */
import { uuidv7 } from 'uuidv7';
import { describe, expect, it } from 'vitest';
import { waitUntil } from '../../kit/wait.ts';
import { ask, take } from './client.ts';
import { INPUT, startSearching, STORE, tool } from './file-search.ts';
import { KEY, startGateway } from './kit.ts';

describe('what goes wrong', () => {
  const gone = `vs_${uuidv7()}`;

  it.each([
    ['a store that is missing', { vector_store_ids: [STORE, gone] }, {}, 404, 'not_found', gone],
    ['stores of both', { vector_store_ids: [STORE, 'vs_abc'] }, {}, 400, 'invalid_body', 'mix'],
    [
      'too many stores',
      { vector_store_ids: Array.from({ length: 33 }, () => STORE) },
      {},
      400,
      'invalid_body',
      '32',
    ],
    [
      'a filter that is none',
      {},
      { status: 400, answer: { error: { code: 'invalid_body', message: 'filters: no such type' } } },
      400,
      'invalid_body',
      'no such type',
    ],
    [
      'a store of calls that is away',
      {},
      { status: 503, answer: { error: { code: 'store_unavailable', message: 'away' } } },
      503,
      'store_unavailable',
      'away',
    ],
    ['nonsense', {}, { status: 500, answer: { error: 'x' } }, 503, 'console_unavailable', 'just now'],
  ])(
    'is told and recorded before anything goes upstream: %s',
    async (_name, extra, options, status, code, message) => {
      const { gateway, calls, send } = await startSearching(options);
      const answer = await send({ input: INPUT, tools: [tool(extra)] });
      expect(answer.status).toBe(status);
      expect(JSON.parse(answer.text)).toMatchObject({
        error: { code, message: expect.stringContaining(message) as string },
      });
      expect(calls).toEqual([]);
      const call = (await gateway.calls()).find(({ open }) => open.operation === 'chat');
      expect(call).toMatchObject({
        open: { model: 'm' },
        close: { outcome: 'error', status, error_type: code },
      });
    },
  );

  it('is the console that is away', async () => {
    const gateway = await startGateway('http://127.0.0.1:9');
    const answer = await take(`${gateway.url}/v1/responses`, {
      body: JSON.stringify({ model: 'm', input: INPUT, tools: [tool()] }),
    });
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    expect((await gateway.calls()).map(({ close }) => close?.error_type)).toEqual([
      'console_unavailable',
      'console_unavailable',
    ]);
  });

  it('is a client that does not wait for the search', async () => {
    const { gateway, searches, calls } = await startSearching({ stalls: true });
    const asking = ask(`${gateway.url}/v1/responses`, {
      body: JSON.stringify({ model: 'm', input: INPUT, tools: [tool()] }),
      headers: { authorization: `Bearer ${KEY}` },
    });
    await waitUntil('the search', () => searches[0]);
    asking.leave();
    await waitUntil('both records', async () => (await gateway.calls()).length === 2);
    expect((await gateway.calls()).map(({ close }) => close?.outcome)).toEqual(['cancelled', 'cancelled']);
    expect(calls).toEqual([]);
  });
});

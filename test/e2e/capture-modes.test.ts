/** What is kept of a call is the operator's choice, and so is what happens when nothing more can be kept. */
import { expect, test } from 'vitest';
import { bootSekisho, type Booted } from '../kit/boot.ts';

function ask(sekisho: Booted, content: string): Promise<Response> {
  return fetch(`${sekisho.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${sekisho.apiKey}` },
    body: JSON.stringify({ model: 'demo-small', messages: [{ role: 'user', content }] }),
  });
}

test('metadata: the row is there, and not one word of what was said', async () => {
  const sekisho = await bootSekisho({ env: { SEKISHO_CAPTURE: 'metadata' } });
  expect(await (await ask(sekisho, 'a secret of mine')).text()).toContain('a secret of mine');
  await sekisho.flush();
  const rows = await sekisho.query(`SELECT s.status AS status, s.request_model AS request_model,
      s.duration_ms > 0 AS took, s.input_preview AS input_preview, b.request_raw AS request_raw,
      b.response_raw AS response_raw, b.input_messages AS input_messages
    FROM spans AS s INNER JOIN span_bodies AS b USING (writer, seq)`);
  expect(rows).toEqual([
    {
      status: 'ok',
      request_model: 'demo-small',
      took: 1,
      input_preview: '',
      request_raw: '',
      response_raw: '',
      input_messages: '[]',
    },
  ]);
  await sekisho.stop();
});

test('off: calls are served and nothing is kept', async () => {
  const sekisho = await bootSekisho({ env: { SEKISHO_CAPTURE: 'off' } });
  expect((await ask(sekisho, 'hello')).status).toBe(200);
  await sekisho.flush();
  expect(await sekisho.query('SELECT count() AS n FROM spans')).toEqual([{ n: 0 }]);
  await sekisho.stop();
});

test('a full spool refuses calls where that is chosen, and takes them again once it is shipped', async () => {
  const env = { SEKISHO_SPOOL_MAX_BYTES: '1', SEKISHO_SPOOL_FULL: 'refuse' };
  const sekisho = await bootSekisho({ env });
  expect((await ask(sekisho, 'fills it')).status).toBe(200);
  const refused = await ask(sekisho, 'finds it full');
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({
    error: { code: 'capture_unavailable', type: 'server_error' },
  });
  await sekisho.flush();
  expect((await ask(sekisho, 'finds it empty')).status).toBe(200);
  await sekisho.flush();
  expect(await sekisho.query('SELECT count() AS n FROM spans')).toEqual([{ n: 2 }]);
  await sekisho.stop();
});

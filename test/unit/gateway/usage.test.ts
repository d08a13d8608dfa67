/** Usage that the client did not ask for: asked for on its behalf, taken out again, not asked of who refuses. */
import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { chat, take } from './client.ts';
import { bodyOf, startGateway, startUpstream } from './kit.ts';

const EVENTS = { 'content-type': 'text/event-stream' };
const JSON_TYPE = { 'content-type': 'application/json' };
const CONTENT = 'data: {"choices":[{"index":0,"delta":{"content":"k"}}]}\n\n';
const USAGE = 'data: {"choices":[],"usage":{"total_tokens":3}}\n\n';
const DONE = 'data: [DONE]\n\n';

type Options = { include_usage?: boolean; other?: boolean };

/** An upstream whose answer follows from the `stream_options` of the request. */
async function start(answer: (options: Options | undefined, response: ServerResponse) => unknown) {
  const asked: (Options | undefined)[] = [];
  const upstream = await startUpstream(async (request, response) => {
    const body = JSON.parse((await bodyOf(request)).toString()) as { stream_options?: Options };
    asked.push(body.stream_options);
    answer(body.stream_options, response);
  });
  const gateway = await startGateway(upstream);
  const send = (extra: object = {}) =>
    take(`${gateway.url}/v1/chat/completions`, { body: chat({ stream: true, ...extra }) });
  return { gateway, asked, send };
}

const withUsage = (options: Options | undefined, response: ServerResponse): unknown =>
  response.writeHead(200, EVENTS).end(CONTENT + (options?.include_usage ? USAGE : '') + DONE);

it('is asked for and recorded, and the client sees nothing of it', async () => {
  const { gateway, asked, send } = await start(withUsage);
  expect((await send()).text).toBe(CONTENT + DONE);
  expect(asked).toEqual([{ include_usage: true }]);
  const [call] = await gateway.calls();
  expect(call?.open.usage_injected).toBe(true);
  expect(Buffer.concat(call?.response ?? []).toString()).toBe(CONTENT + USAGE + DONE);
  expect(Buffer.from(call?.request ?? []).toString()).toBe(chat({ stream: true }));
});

it.each([true, false])('is left as the client says: %s', async (include_usage) => {
  const { gateway, asked, send } = await start(withUsage);
  const { text } = await send({ stream_options: { include_usage } });
  expect(text).toBe(CONTENT + (include_usage ? USAGE : '') + DONE);
  expect(asked).toEqual([{ include_usage }]);
  expect((await gateway.calls())[0]?.open.usage_injected).toBe(false);
});

it('is not asked for where there is no stream', async () => {
  const { asked, send } = await start((_options, response) => response.writeHead(200, JSON_TYPE).end('{}'));
  await send({ stream: false });
  expect(asked).toEqual([undefined]);
});

const refusal = (response: ServerResponse, message: string): unknown =>
  response.writeHead(400, JSON_TYPE).end(JSON.stringify({ error: { message } }));

it('refused by the upstream is given up, for this call and those after it; its answer is left alone', async () => {
  const { gateway, asked, send } = await start((options, response) => {
    if (options) return refusal(response, 'Unknown parameter: stream_options.');
    // it says what it used without being asked, and that is none of our doing
    return response.writeHead(200, EVENTS).end(CONTENT + USAGE + DONE);
  });
  expect(await send()).toMatchObject({ status: 200, text: CONTENT + USAGE + DONE, over: 'ended' });
  expect((await send()).text).toBe(CONTENT + USAGE + DONE);
  expect(asked).toEqual([{ include_usage: true }, undefined, undefined]);
  expect((await gateway.calls()).map(({ close }) => close?.outcome)).toEqual(['ok', 'ok']);
});

it('is still asked for after one client’s own options were refused', async () => {
  const { asked, send } = await start((options, response) =>
    options?.other ? refusal(response, 'Unknown: stream_options.other') : withUsage(options, response),
  );
  const { status, text } = await send({ stream_options: { other: true } });
  expect([status, JSON.parse(text)]).toEqual([400, { error: { message: 'Unknown: stream_options.other' } }]);
  expect((await send()).text).toBe(CONTENT + DONE);
  expect(asked).toEqual([{ include_usage: true, other: true }, { other: true }, { include_usage: true }]);
});

it.each([400, 422])('does not change a refusal of something else: %i', async (status) => {
  const body = `{"error":{"message":"${'too long '.repeat(20_000)}"}}`;
  const { asked, send, gateway } = await start((_options, response) =>
    response.writeHead(status, JSON_TYPE).end(body),
  );
  expect(await send()).toMatchObject({ status, text: body, over: 'ended' });
  expect(asked).toHaveLength(1);
  const [call] = await gateway.calls();
  expect(call?.close).toMatchObject({ outcome: 'error', status, response_size: body.length });
});

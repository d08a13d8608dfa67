/** A gateway whose console finds the same things in two stores, and whose provider is the built-in simulation. */
import type { IncomingMessage } from 'node:http';
import { uuidv7 } from 'uuidv7';
import { onTestFinished } from 'vitest';
import { createDemoUpstream } from '../../../gateway/upstreams/demo.ts';
import { take } from './client.ts';
import { bodyOf, startGateway, startUpstream } from './kit.ts';

export type Json = Record<string, unknown>;
const JSON_TYPE = { 'content-type': 'application/json' };
export const STORE = `vs_${uuidv7()}`;
export const OTHER = `vs_${uuidv7()}`;
const hit = (file: string, score: number, text: string) => ({
  file_id: `file-${file}`,
  filename: `${file}.md`,
  score,
  attributes: { lang: 'ja' },
  content: [{ type: 'text', text }],
  chunk: 0,
});
const HITS: Record<string, object[]> = {
  [STORE]: [hit('returns', 0.9, 'You may return it within thirty days.'), hit('terms', 0.2, 'Terms.')],
  [OTHER]: [hit('shipping', 0.5, 'Shipping is free.')],
};

type Asked = { url: string; body: Json; headers: IncomingMessage['headers'] };
type Options = { status?: number; answer?: object; stalls?: boolean };

export async function startSearching({ status = 200, answer, stalls = false }: Options = {}) {
  const searches: Asked[] = [];
  const calls: Asked[] = [];
  const read = async (request: IncomingMessage): Promise<Asked> => ({
    url: request.url ?? '',
    headers: request.headers,
    body: JSON.parse((await bodyOf(request)).toString()) as Json,
  });
  const console = await startUpstream(async (request, response) => {
    searches.push(await read(request));
    if (stalls) return;
    const data = HITS[request.url?.split('/')[4] ?? ''];
    const code = data ? status : 404;
    const body =
      answer ??
      (data
        ? { object: 'vector_store.search_results.page', data }
        : { error: { message: 'no such store', code: 'not_found' } });
    response.writeHead(code, JSON_TYPE).end(JSON.stringify(body));
  });
  const demo = await createDemoUpstream();
  onTestFinished(() => demo.stop());
  const upstream = await startUpstream(async (request, response) => {
    const asked = await read(request);
    calls.push(asked);
    const answered = await fetch(new URL(demo.url).origin + asked.url, {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify(asked.body),
    });
    response.writeHead(answered.status, { 'content-type': answered.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await answered.arrayBuffer()));
  });
  const gateway = await startGateway(upstream, { console });
  const send = (body: object, path = '/v1/responses') =>
    take(gateway.url + path, { body: JSON.stringify({ model: 'm', ...body }) });
  return { gateway, searches, calls, send };
}

export const tool = (extra: object = {}) => ({ type: 'file_search', vector_store_ids: [STORE], ...extra });
export const INPUT = 'Until when may I return it?';

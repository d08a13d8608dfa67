/** Sources with files in them, as an app makes them, and calls to say something of. */
import { openAsBlob } from 'node:fs';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { VectorStoreObject } from '../../../console/contract/vector-stores.ts';
import { waitUntil } from '../../kit/wait.ts';
import type { RealConsole } from './real-console.ts';

type Rooms = Pick<RealConsole, 'v1' | 'sekisho'>;

export const RETURNS = `# Returns
An item may be returned within 30 days of delivery, unused and complete.

# Refunds
A refund is paid within five working days. Shipping costs are refunded only if the item was faulty.
`;
export const 返品 =
  '商品の到着から30日以内であれば返品できます。送料は、不具合があった場合のみ返金します。\n';

/** A file on disk with `content`, to be chosen in a page. */
export function writeTemp(name: string, content: string | Buffer): string {
  const path = join(mkdtempSync(join(tmpdir(), 'sekisho-file-')), name);
  writeFileSync(path, content);
  return path;
}

/** Uploads a file as an app does; its id. */
export async function uploadFile({ sekisho }: Rooms, path: string, purpose = 'assistants'): Promise<string> {
  const form = new FormData();
  form.append('purpose', purpose);
  form.append('file', await openAsBlob(path), basename(path));
  const headers = { authorization: `Bearer ${sekisho.apiKey}` };
  const response = await fetch(`${sekisho.urls.gateway}/files`, { method: 'POST', headers, body: form });
  const { id } = (await response.json()) as { id: string };
  if (!response.ok) throw new Error(`upload of ${path}: ${response.status}`);
  return id;
}

let made = 0;

/** A source that has been read; `model` '' = words only. */
export async function makeSource(
  rooms: Rooms,
  options: { name?: string; model?: string; files?: Record<string, string> } = {},
): Promise<VectorStoreObject> {
  const {
    name = `Source ${++made}`,
    model = 'text-embedding-3-small',
    files = { 'returns.md': RETURNS },
  } = options;
  const file_ids = [];
  for (const [file, content] of Object.entries(files)) {
    file_ids.push(await uploadFile(rooms, writeTemp(file, content)));
  }
  const body = { name, file_ids, embedding_model: model };
  const { id } = await rooms.v1<VectorStoreObject>('POST', '/vector_stores', body);
  return waitUntil('the source to be read', async () => {
    const store = await rooms.v1<VectorStoreObject>('GET', `/vector_stores/${id}`);
    return store.file_counts.in_progress === 0 && store.file_counts.total === file_ids.length && store;
  });
}

/** Calls as an app makes them, stored when this resolves; the trace id of each. */
export async function makeCalls(rooms: Rooms, questions: readonly string[]): Promise<string[]> {
  const traces: string[] = [];
  for (const content of questions) {
    const headers = { authorization: `Bearer ${rooms.sekisho.apiKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content }] });
    const url = `${rooms.sekisho.urls.gateway}/chat/completions`;
    const response = await fetch(url, { method: 'POST', headers, body });
    await response.text();
    traces.push(response.headers.get('x-sekisho-trace-id') ?? '');
  }
  await rooms.sekisho.flush();
  return traces;
}

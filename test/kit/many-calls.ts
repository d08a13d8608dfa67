/** Many stored calls, made by the database itself: no client could send as many as fast. */
import { openStore } from '../../collector/store/client.ts';
import { type Booted, SECRET } from './boot.ts';

export type ManyCalls = {
  project_id: string;
  calls: number;
  /** Of each request, about. */
  bytes: number;
};

/** One column to its SQL over `number`. Calls began 50 ms after one another, the last a minute ago; five to a session. */
const COLUMNS: Record<string, string> = {
  project_id: '{project_id:String}',
  started_at: 'now64(3) - INTERVAL 1 MINUTE - toIntervalMillisecond(number * 50)',
  received_at: 'now()',
  trace_id: `toFixedString(unhex(leftPad(lower(hex(number + 1)), 32, '0')), 16)`,
  span_id: 'number + 1',
  thread_key: 'intDiv(number, 5)',
  session_id: `concat('session-', toString(intDiv(number, 5)))`,
  origin: `'gateway'`,
  counted: 'true',
  status: `'ok'`,
  http_status: '200',
  span_type: `'llm'`,
  operation: `'chat'`,
  request_model: `'m'`,
  dialect: `'openai.chat'`,
  cost_source: `'table'`,
  ttft_ms: '-1',
  input_tokens: 'intDiv({bytes:UInt32}, 4)',
  output_tokens: '10',
  tags: `['many']`,
  writer: `'many'`,
  seq: 'number + 1',
  part: `'call'`,
  request_raw: `concat('{"model":"m","messages":[{"role":"user","content":"question ', toString(number), ' ',
    repeat('どこ and where? ', intDiv({bytes:UInt32}, 18)), '"}]}')`,
  output_messages: `concat('[{"role":"assistant","parts":[{"type":"text","content":"answer ', toString(number), '"}]}]')`,
  response_sha256: `repeat('0', 32)`,
};

/** Stores them; question n is answered with answer n. Resolves to the id of the project of the first key. */
export async function storeManyCalls(sekisho: Booted, calls: number, bytes: number): Promise<string> {
  const project_id = await findProject(sekisho);
  const store = await openStore({ url: sekisho.urls.clickhouse, secret: SECRET, database: 'sekisho' });
  try {
    await store.admin.command({
      query: `INSERT INTO ingest (${Object.keys(COLUMNS).join(', ')})
        SELECT ${Object.values(COLUMNS).join(', ')} FROM numbers({calls:UInt32})`,
      query_params: { project_id, calls, bytes },
    });
  } finally {
    await store.close();
  }
  return project_id;
}

/** One call is made to see whose it is. */
async function findProject(sekisho: Booted): Promise<string> {
  await fetch(`${sekisho.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${sekisho.apiKey}` },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hi' }] }),
  });
  await sekisho.flush();
  const [row] = await sekisho.query<{ project_id: string }>('SELECT project_id FROM spans LIMIT 1');
  if (!row) throw new Error('no call was stored');
  return row.project_id;
}

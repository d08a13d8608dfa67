/**
 * The promise that matters most: 2,000 calls while every process, the supervisor included, is killed -9 in turn. What
 * a client got whole is stored whole, once, and never as interrupted; what was cut is not called finished.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bootSekisho, type Booted, type RoomName } from '../kit/boot.ts';
import { startUpstream } from '../upstream/upstream.ts';
import { startTraffic, type Ledger } from './traffic.ts';

const CALLS = 2000;
const VICTIMS: (RoomName | 'supervisor')[] = [
  'gateway',
  'collector',
  'clickhouse',
  'gateway',
  'supervisor',
  'gateway',
  'clickhouse',
  'collector',
];

type StoredCall = { nonce: string; status: string; rows: number };

/** What is stored of each nonce, from the bodies themselves. */
function findStored(sekisho: Booted, table: 'spans' | 'span_bodies'): Promise<StoredCall[]> {
  const key = 'writer, seq';
  const status = table === 'spans' ? 'any(s.status)' : "''";
  return sekisho.query<StoredCall>(`
    SELECT extract(b.request_raw, 'nonce-[0-9a-z]+x') AS nonce, ${status} AS status, count() AS rows
    FROM (SELECT ${key}, request_raw FROM span_bodies) AS b
    ${table === 'spans' ? `INNER JOIN (SELECT ${key}, status FROM spans) AS s USING (${key})` : ''}
    GROUP BY nonce`);
}

function expectNothingLost(ledger: Ledger, stored: StoredCall[]): void {
  const byNonce = new Map(stored.map((row) => [row.nonce, row]));
  const lost = [...ledger.finished.keys()].filter((nonce) => !byNonce.has(nonce));
  const twice = stored.filter((row) => row.rows !== 1).map((row) => row.nonce);
  const wronglyCut = [...ledger.finished.keys()].filter((nonce) => byNonce.get(nonce)?.status !== 'ok');
  expect({ lost, twice, wronglyCut }).toEqual({ lost: [], twice: [], wronglyCut: [] });
}

async function expectCertified(sekisho: Booted): Promise<void> {
  const [sums] = await sekisho.query<Record<string, number>>(`
    SELECT (SELECT count() FROM spans) AS spans, (SELECT uniqExact(writer, seq) FROM spans) AS different,
      (SELECT count() FROM span_bodies) AS bodies, (SELECT sum(calls) FROM rollup_hour) AS rolled_up,
      (SELECT countIf(counted) FROM spans) AS counted`);
  expect(sums?.['spans']).toBe(sums?.['different']);
  expect(sums?.['bodies']).toBe(sums?.['spans']);
  expect(sums?.['rolled_up']).toBe(sums?.['counted']);
  const holes = await sekisho.query(`
    SELECT writer, max(seq) AS high, uniqExact(seq) AS stored FROM spans GROUP BY writer HAVING high != stored`);
  expect(holes).toEqual([]);
}

test(
  `${CALLS} calls, every process killed in turn: none lost, none twice, none wrongly cut`,
  { timeout: 240_000 },
  async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sekisho-kills-'));
    const upstream = await startUpstream({ record: false });
    let sekisho = await bootSekisho({ dataDir, upstream: upstream.url });
    const traffic = startTraffic({
      calls: CALLS,
      connections: 16,
      target: () => ({ origin: sekisho.origin, apiKey: sekisho.apiKey }),
    });
    for (const [i, victim] of VICTIMS.entries()) {
      await traffic.reached(((i + 1) * CALLS) / (VICTIMS.length + 2));
      if (victim === 'supervisor') {
        await sekisho.kill('supervisor');
        await sekisho.stop('SIGKILL');
        sekisho = await bootSekisho({ dataDir, upstream: upstream.url });
      } else {
        const oldPid = sekisho.pids()[victim];
        await sekisho.kill(victim);
        await sekisho.back(victim, oldPid);
      }
    }
    await traffic.done;
    await sekisho.flush();

    const { ledger } = traffic;
    expect(ledger.finished.size).toBeGreaterThan(CALLS / 2);
    expectNothingLost(ledger, await findStored(sekisho, 'spans'));
    await expectCertified(sekisho);
    const interrupted = await sekisho.query<{ n: number }>(
      `SELECT count() AS n FROM spans WHERE status = 'interrupted'`,
    );
    expect(interrupted[0]?.n).toBeLessThanOrEqual(ledger.failed.size);
    await sekisho.stop();
    await upstream.stop();
    rmSync(dataDir, { recursive: true, force: true });
  },
);

test('a gateway killed in mid-stream: the call is there once, as interrupted, with what had come', async () => {
  const upstream = await startUpstream();
  const sekisho = await bootSekisho({ upstream: upstream.url });
  upstream.script('next', { betweenMs: 250 });
  const answer = await fetch(`${sekisho.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${sekisho.apiKey}` },
    body: JSON.stringify({
      model: 'gpt-4o-mini',
      stream: true,
      messages: [{ role: 'user', content: 'count slowly from one to twenty, please' }],
    }),
  });
  const events = (text: string) => text.split('\n\n').filter((event) => event.startsWith('data:')).length;
  const reader = answer.body?.getReader();
  let seen = '';
  while (events(seen) < 10) {
    const piece = await reader?.read();
    if (piece?.done !== false) throw new Error('the stream ended by itself');
    seen += Buffer.from(piece.value).toString();
  }
  const oldPid = sekisho.pids().gateway;
  await sekisho.kill('gateway');
  await reader?.cancel().catch(() => {});
  await sekisho.back('gateway', oldPid);
  await sekisho.flush();

  const rows = await sekisho.query<{ status: string; response_raw: string; duration_ms: number }>(
    `SELECT s.status AS status, b.response_raw AS response_raw, s.duration_ms AS duration_ms
     FROM spans AS s INNER JOIN span_bodies AS b USING (writer, seq)`,
  );
  expect(rows.map((row) => row.status)).toEqual(['interrupted']);
  // All but the last second of it.
  expect(events(rows[0]?.response_raw ?? '')).toBeGreaterThanOrEqual(events(seen) - 4);
  await sekisho.stop();
  await upstream.stop();
});

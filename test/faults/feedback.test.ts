/** Feedback through kills: whatever was answered with 201 is in the table, once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bootSekisho, type Booted, type RoomName } from '../kit/boot.ts';
import { waitUntil } from '../kit/wait.ts';

const WORKERS = 4;
const POSTS_BETWEEN_KILLS = 60;
const VICTIMS: (RoomName | 'supervisor')[] = [
  'console',
  'clickhouse',
  'console',
  'gateway',
  'supervisor',
  'clickhouse',
  'console',
];

type Ledger = { taken: Set<string>; failed: number };

async function post(sekisho: Booted, comment: string): Promise<boolean> {
  try {
    const answer = await fetch(`${sekisho.origin}/v1/feedback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${sekisho.apiKey}` },
      body: JSON.stringify({ response_id: 'resp_1', comment, user_id: comment }),
      signal: AbortSignal.timeout(5_000),
    });
    await answer.arrayBuffer();
    return answer.status === 201;
  } catch {
    return false;
  }
}

test(
  'posted all the while every process is killed in turn: each 201 stored exactly once',
  { timeout: 240_000 },
  async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sekisho-feedback-'));
    let sekisho = await bootSekisho({ dataDir });
    const ledger: Ledger = { taken: new Set(), failed: 0 };
    let isOver = false;
    const work = async (worker: number): Promise<void> => {
      for (let n = 0; !isOver; n++) {
        const comment = `comment-${worker}-${n}`;
        if (await post(sekisho, comment)) ledger.taken.add(comment);
        // Whoever is killed is away for a moment: not all posts are to be spent on it.
        else await new Promise((resolve) => setTimeout(resolve, Math.min(++ledger.failed, 50)));
      }
    };
    const workers = Array.from({ length: WORKERS }, (_, worker) => work(worker));
    for (const victim of VICTIMS) {
      const goal = ledger.taken.size + POSTS_BETWEEN_KILLS;
      await waitUntil(`${goal} posts`, () => ledger.taken.size >= goal, 60_000);
      if (victim === 'supervisor') {
        await sekisho.kill('supervisor');
        await sekisho.stop('SIGKILL');
        sekisho = await bootSekisho({ dataDir });
      } else {
        const oldPid = sekisho.pids()[victim];
        await sekisho.kill(victim);
        // Feedback is taken while the database is away, so it is not waited for.
        if (victim !== 'clickhouse') await sekisho.back(victim, oldPid);
      }
    }
    isOver = true;
    await Promise.all(workers);
    await sekisho.back('clickhouse');

    const count = async (): Promise<number> => {
      const rows = await sekisho.query<{ comment: string }>(`SELECT DISTINCT comment FROM scores`);
      const stored = new Set(rows.map(({ comment }) => comment));
      return [...ledger.taken].filter((comment) => stored.has(comment)).length;
    };
    await waitUntil('all of them', async () => (await count()) === ledger.taken.size, 60_000);
    const twice = await sekisho.query(`SELECT comment FROM scores GROUP BY comment HAVING count() != 1`);
    expect(twice).toEqual([]);
    expect(ledger.taken.size).toBeGreaterThanOrEqual(VICTIMS.length * POSTS_BETWEEN_KILLS);
    await sekisho.stop();
    rmSync(dataDir, { recursive: true, force: true });
  },
);

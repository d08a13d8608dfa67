/**
 * Prompts while the console (and with it the registry's only writer) and the gateway are killed -9: what was answered
 * is kept, once; what was not answered is there once or not at all; the chain holds; and calls follow the labels.
 */
import { expect, test } from 'vitest';
import { openRegistry } from '../../collector/registry/store.ts';
import { bootSekisho, type Booted } from '../kit/boot.ts';
import { startUpstream } from '../upstream/upstream.ts';

const VERSIONS = 60;
const EFFECTIVE_MS = 2_000;

type Answer = { status: number; body: { id: string; version: number; revision: number } };

function createAsker(sekisho: Booted) {
  return async (method: string, path: string, body?: unknown): Promise<Answer | undefined> => {
    try {
      const response = await fetch(`${sekisho.origin}/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${sekisho.apiKey}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Answer['body'] };
    } catch {
      // Cut off in the middle: nobody knows what became of it.
      return undefined;
    }
  };
}

const toContent = (i: number) => ({
  messages: [{ role: 'user', content: `[${i}] {{text}}` }],
  model: 'gpt-4o',
});

test(
  'versions published through kills are there once, and the newest is what calls get',
  { timeout: 180_000 },
  async () => {
    const upstream = await startUpstream();
    const sekisho = await bootSekisho({ upstream: upstream.url });
    const ask = createAsker(sekisho);
    const made = await ask('POST', '/prompts', { ...toContent(0), name: 'through-kills' });
    const { id } = made?.body ?? { id: '' };
    const answered: number[] = [];
    /** What each version that was answered says: the number in its text. */
    const contentOf = new Map<number, number>();
    const kills = async (): Promise<void> => {
      for (const victim of ['console', 'gateway', 'console', 'gateway', 'console'] as const) {
        const before = answered.length;
        await expect
          .poll(() => answered.length, { timeout: 60_000, interval: 5 })
          .toBeGreaterThan(before + 5);
        const pid = sekisho.pids()[victim];
        await sekisho.kill(victim);
        await sekisho.back(victim, pid);
      }
    };
    const publishing = (async () => {
      for (let i = 1; answered.length < VERSIONS; i++) {
        const answer = await ask('POST', `/prompts/${id}/versions`, {
          ...toContent(i),
          labels: ['production'],
        });
        if (answer?.status !== 201) {
          // Asking a dead room as fast as one can would take its next start's time.
          await Promise.all([sekisho.back('console'), sekisho.back('gateway')]);
          continue;
        }
        answered.push(answer.body.version);
        contentOf.set(answer.body.version, i);
      }
    })();
    await Promise.all([kills(), publishing]);

    // Every answer names a version of its own, and each of them is there.
    expect(new Set(answered).size).toBe(answered.length);
    const newest = answered.at(-1) ?? 0;
    for (const version of answered) {
      expect((await ask('GET', `/prompts/${id}/versions/${version}`))?.status).toBe(200);
    }
    expect((await ask('GET', `/prompts/${id}`))?.body).toMatchObject({ labels: { production: newest } });

    // The gateway gives calls the newest within two seconds, by what it follows alone.
    const call = { model: 'prompt:through-kills@production', prompt_variables: { text: 'x' } };
    const isNewest = async (): Promise<boolean> => {
      const answer = await ask('POST', '/chat/completions', call);
      return JSON.stringify(answer?.body).includes(`[${contentOf.get(newest)}]`);
    };
    await expect.poll(isNewest, { timeout: EFFECTIVE_MS, interval: 50 }).toBe(true);
    await sekisho.flush();
    const [row] = await sekisho.query(
      `SELECT prompt_name, prompt_version FROM spans WHERE prompt_name != '' ORDER BY started_at DESC LIMIT 1`,
    );
    expect(row).toEqual({ prompt_name: 'through-kills', prompt_version: newest });

    // ClickHouse's copy has each revision once.
    const registry = openRegistry(`${sekisho.dataDir}/registry.db`);
    await expect.poll(() => registry.shippedSeq(), { timeout: 30_000 }).toBe(registry.seq);
    expect(registry.verifyChain()).toBeUndefined();
    const [copied] = await sekisho.query(
      `SELECT uniqExact(seq) AS different, max(seq) AS newest FROM registry_log FINAL`,
    );
    expect(copied).toEqual({ different: registry.seq, newest: registry.seq });
    registry.close();
    await sekisho.stop();
    await upstream.stop();
  },
);

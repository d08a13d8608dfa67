/** Load that keeps a ledger: what each call's client saw, by a nonce that is in its request and its answer. */
import { Agent, request } from 'undici';

export type Ledger = {
  /** Calls whose whole answer reached the client, by nonce: the number of its bytes. */
  finished: Map<string, number>;
  /** Calls that ended in any other way. */
  failed: Set<string>;
};

export type Traffic = {
  ledger: Ledger;
  /** Resolves when so many calls are over, finished or not. */
  reached(count: number): Promise<void>;
  /** Resolves when all are over. */
  done: Promise<void>;
};

export type TrafficOptions = {
  calls: number;
  connections: number;
  /** Asked before each call: the address may change when everything is started anew. */
  target: () => { origin: string; apiKey: string };
};

const FAILED_PAUSE_MS = 20;

/** Starts `calls` calls, every other one streamed. */
export function startTraffic({ calls, connections, target }: TrafficOptions): Traffic {
  const agent = new Agent({ connections, pipelining: 1, headersTimeout: 30_000, bodyTimeout: 30_000 });
  const ledger: Ledger = { finished: new Map(), failed: new Set() };
  const waiting: { count: number; resolve: () => void }[] = [];
  const over = (): number => ledger.finished.size + ledger.failed.size;
  let next = 0;

  async function callOnce(n: number): Promise<void> {
    const nonce = `nonce-${n.toString(36).padStart(5, '0')}x`;
    const stream = n % 2 === 0;
    const { origin, apiKey } = target();
    try {
      const answer = await request(`${origin}/v1/chat/completions`, {
        method: 'POST',
        dispatcher: agent,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({
          model: 'gpt-4o-mini',
          stream,
          messages: [{ role: 'user', content: `say ${nonce}` }],
        }),
      });
      const text = await answer.body.text();
      const isWhole =
        answer.statusCode === 200 && text.includes(nonce) && (!stream || text.includes('[DONE]'));
      if (isWhole) ledger.finished.set(nonce, text.length);
      else ledger.failed.add(nonce);
    } catch {
      ledger.failed.add(nonce);
      // The gateway is away for a moment: not all calls are to be spent on that moment.
      await new Promise((resolve) => setTimeout(resolve, FAILED_PAUSE_MS));
    }
    for (const { count, resolve } of waiting) if (over() >= count) resolve();
  }

  async function work(): Promise<void> {
    while (next < calls) await callOnce(next++);
  }

  const done = Promise.all(Array.from({ length: connections }, work)).then(() => agent.destroy());
  return {
    ledger,
    reached(count) {
      if (over() >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
    done,
  };
}

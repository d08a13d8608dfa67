/** What every step of the loop works with. */
import { setTimeout as delay } from 'node:timers/promises';
import type OpenAI from 'openai';
import { DemoError } from '../gateway.ts';

export type Desk = {
  client: OpenAI;
  /** Models that answer, judge and embed; an empty one embeds nothing: then only words are searched. */
  models: { answer: string; judge: string; embedding: string };
  /** Keeps the sessions of two runs apart. */
  run: string;
  /** Fires when the demo is to end; every request and every wait ends then. */
  signal: AbortSignal;
  /** One line for people about what a step did. */
  tell(step: string, text: string): void;
};

const AGAIN_MS = 300;
const TIMEOUT_MS = 300_000;

/** Asks until `isDone`. @throws DemoError after five minutes; the signal's reason */
export async function waitFor<T>(
  desk: Desk,
  what: string,
  ask: () => Promise<T>,
  isDone: (answer: T) => boolean,
): Promise<T> {
  const end = Date.now() + TIMEOUT_MS;
  for (;;) {
    const answer = await ask();
    if (isDone(answer)) return answer;
    if (Date.now() > end) throw new DemoError(`${what} takes too long; it goes on without the demo.`);
    await delay(AGAIN_MS, undefined, { signal: desk.signal });
  }
}

/** Of a job. */
export const isOver = ({ status }: { status: string }): boolean =>
  status !== 'queued' && status !== 'in_progress';

export const get = <T>({ client, signal }: Desk, path: string): Promise<T> => client.get(path, { signal });
export const post = <T>({ client, signal }: Desk, path: string, body: object): Promise<T> =>
  client.post(path, { body, signal });

type Named = { id: string; name: string };

/** The newest object of that name in a list of ours. */
export async function findNamed<T extends Named>(
  desk: Desk,
  path: string,
  name: string,
): Promise<T | undefined> {
  for (let after = ''; ;) {
    const page = await get<{ data: T[]; has_more: boolean; last_id: string | null }>(
      desk,
      `${path}?limit=100${after && `&after=${after}`}`,
    );
    const found = page.data.find((each) => each.name === name);
    if (found || !page.has_more || !page.last_id) return found;
    after = page.last_id;
  }
}

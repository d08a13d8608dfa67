/** Sending the day's visits through the gateway. */
import { setTimeout as wait } from 'node:timers/promises';
import OpenAI from 'openai';
import type { PlannedVisit } from './plan.ts';
import { createProgress, type Tally, toErrorName } from './tally.ts';
import { Stopped } from './visit.ts';

const CONCURRENCY = 5;
/** Pause of a user between two calls, at most. */
const THINK_MS = 700;

/** Runs one visit; its errors are counted, only a wrong key ends the whole run. */
async function runVisit(
  visit: PlannedVisit,
  context: { client: OpenAI; tally: Tally; stop: AbortController; show(): void },
): Promise<void> {
  const { tally, stop, show } = context;
  const headers = { 'x-session-id': visit.visitor.session, 'x-tags': visit.tags.join(',') };
  await visit.run({
    client: context.client,
    random: visit.random,
    visitor: visit.visitor,
    async call(send) {
      await wait(visit.random.int(0, THINK_MS), undefined, { signal: stop.signal }).catch(() => undefined);
      if (stop.signal.aborted) throw new Stopped();
      try {
        const result = await send({ headers, signal: stop.signal });
        tally.ok++;
        return result;
      } catch (error) {
        if (stop.signal.aborted) throw new Stopped();
        if (error instanceof OpenAI.AuthenticationError) stop.abort(error);
        tally.failed++;
        const name = toErrorName(error);
        tally.errors.set(name, (tally.errors.get(name) ?? 0) + 1);
        return undefined;
      } finally {
        show();
      }
    },
  });
}

/** Sends the day, some visits side by side, until it is over or `stop` is aborted. */
export async function sendDay(client: OpenAI, visits: PlannedVisit[], stop: AbortController): Promise<Tally> {
  const tally: Tally = { ok: 0, failed: 0, errors: new Map() };
  const progress = createProgress(visits.reduce((sum, visit) => sum + visit.calls, 0));
  const queue = visits.values();
  const work = async () => {
    for (const visit of queue) {
      const context = { client, tally, stop, show: () => progress.show(tally) };
      await runVisit(visit, context).catch((error: unknown) => {
        if (!(error instanceof Stopped)) throw error;
      });
      if (stop.signal.aborted) return;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  progress.done(tally);
  return tally;
}

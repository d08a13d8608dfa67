/** The answer of `GET /internal/registry`: what a follower lacks, held back while there is nothing new. */
import type { RegistryTail } from '../record/registry.ts';
import type { Registry } from './store.ts';

const MAX_WAIT_MS = 30_000;

export type TailRequest = { after: number; head: string; wait: number };

/**
 * What `request` lacks. A follower names the last line it has and the hash of the chain up to it; where that hash is
 * not ours, its past is another one than ours (we were restored from a backup) and it gets everything with `reset`.
 * An aborted `signal` ends the wait.
 */
export async function answerTail(
  registry: Registry,
  request: TailRequest,
  signal: AbortSignal,
): Promise<RegistryTail> {
  const { after, head } = request;
  const isOurs = after === 0 || registry.findHead(after) === head;
  if (!isOurs) return { seq: registry.seq, revisions: registry.revisionsAfter(0), reset: true };
  if (registry.seq <= after) await waitForAppend(registry, Math.min(request.wait, MAX_WAIT_MS), signal);
  return { seq: registry.seq, revisions: signal.aborted ? [] : registry.revisionsAfter(after), reset: false };
}

function waitForAppend(registry: Registry, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      stopListening();
      resolve();
    };
    const timer = setTimeout(finish, ms);
    const stopListening = registry.onAppend(finish);
    signal.addEventListener('abort', finish);
  });
}

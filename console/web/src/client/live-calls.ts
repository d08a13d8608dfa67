/**
 * New calls as they are stored, by server-sent events. HTTP/1.1 gives a browser six connections per origin, so one
 * tab holds the stream of a project (a Web Lock decides which) and passes it on to the others by BroadcastChannel.
 * A tab hidden for a minute lets go of the stream. Without locks (plain http on a foreign host) each visible tab
 * has its own.
 */
import { onScopeDispose, ref, watch, type Ref } from 'vue';
import { streamCalls, type CallListItem } from '../../../contract/calls.ts';
import { toUrl } from './call.ts';

export type LiveState = 'connecting' | 'open' | 'closed';
type Note =
  | { type: 'calls'; calls: CallListItem[] }
  | { type: 'state'; state: LiveState }
  | { type: 'hello' };

const BATCH_MS = 250;
const HIDDEN_GRACE_MS = 60_000;
const RETRY_FIRST_MS = 1000;
const RETRY_MAX_MS = 30_000;

/** Holds the stream and tells `post` what comes; returns what ends it. */
function openStream(projectId: string, post: (note: Note) => void): () => void {
  let source: EventSource | undefined;
  let retryMs = RETRY_FIRST_MS;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let flush: ReturnType<typeof setTimeout> | undefined;
  let batch: CallListItem[] = [];

  const deliver = () => {
    flush = undefined;
    post({ type: 'calls', calls: batch });
    batch = [];
  };
  const connect = () => {
    post({ type: 'state', state: 'connecting' });
    source = new EventSource(toUrl(streamCalls.path, { project_id: projectId }));
    // Sent once the server watches: what is stored from now on will come.
    source.addEventListener('ready', () => {
      retryMs = RETRY_FIRST_MS;
      post({ type: 'state', state: 'open' });
    });
    source.addEventListener('call', (event) => {
      batch.push(JSON.parse((event as MessageEvent<string>).data) as CallListItem);
      flush ??= setTimeout(deliver, BATCH_MS);
    });
    source.addEventListener('error', () => {
      post({ type: 'state', state: 'connecting' });
      // A refused stream (not a broken one) is not retried by the browser itself.
      if (source?.readyState !== EventSource.CLOSED) return;
      retry = setTimeout(connect, retryMs);
      retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
    });
  };
  connect();
  return () => {
    source?.close();
    clearTimeout(retry);
    clearTimeout(flush);
  };
}

/** Runs `hold` while this tab is the one that holds the lock `name`; the returned function gives it back. */
function withLock(name: string, hold: () => () => void): () => void {
  if (!('locks' in navigator)) return hold();
  const gone = new AbortController();
  const held = Promise.withResolvers<void>();
  void navigator.locks
    .request(name, { signal: gone.signal }, async () => {
      const end = hold();
      await held.promise;
      end();
    })
    .catch(() => {}); // aborted while still waiting: nothing was held
  return () => {
    gone.abort();
    held.resolve();
  };
}

/** One tab's part in the stream of a project; `onNote` also gets what this tab itself streams. */
function joinStream(projectId: string, onNote: (note: Note) => void): () => void {
  const name = `sekisho.live.${projectId}`;
  const channel = new BroadcastChannel(name);
  let leading: LiveState | undefined;
  const share = (note: Note) => {
    if (note.type === 'state') leading = note.state;
    channel.postMessage(note);
    onNote(note);
  };
  channel.addEventListener('message', (event: MessageEvent<Note>) => {
    if (event.data.type !== 'hello') onNote(event.data);
    else if (leading) channel.postMessage({ type: 'state', state: leading } satisfies Note);
  });
  channel.postMessage({ type: 'hello' } satisfies Note);
  const letGo = withLock(name, () => {
    const end = openStream(projectId, share);
    return () => {
      end();
      leading = undefined;
    };
  });
  return () => {
    letGo();
    channel.close();
  };
}

/**
 * Follows the new calls of a project while the calling component lives. `on.gap` is called whenever the
 * stream begins: what was stored before that may have been missed.
 */
export function useLiveCalls(
  projectId: Ref<string>,
  on: { calls: (calls: CallListItem[]) => void; gap: () => void },
): Readonly<Ref<LiveState>> {
  const state = ref<LiveState>('closed');
  let leave: (() => void) | undefined;
  let hiding: ReturnType<typeof setTimeout> | undefined;

  const stop = () => {
    leave?.();
    leave = undefined;
    state.value = 'closed';
  };
  const start = () => {
    if (leave || !projectId.value) return;
    leave = joinStream(projectId.value, (note) => {
      if (note.type === 'calls') on.calls(note.calls);
      if (note.type !== 'state') return;
      if (note.state === 'open' && state.value !== 'open') on.gap();
      state.value = note.state;
    });
  };
  const onVisibility = () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(stop, HIDDEN_GRACE_MS);
    else start();
  };

  watch(
    projectId,
    () => {
      stop();
      if (!document.hidden) start();
    },
    { immediate: true },
  );
  document.addEventListener('visibilitychange', onVisibility);
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', onVisibility);
    clearTimeout(hiding);
    stop();
  });
  return state;
}

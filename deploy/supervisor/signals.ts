/** Asked to stop: by a signal, or because the process that started us is gone. */

/** Ctrl-C reaches us from the terminal and again from npm within moments; only a later one is a second wish. */
const SAME_WISH_MS = 1_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Calls `first` at the first request to stop and `again` at a later, separate one. */
export function onStopRequest(on: { first(): void; again(): void }): void {
  let since = 0;
  const request = () => {
    const now = Date.now();
    if (since === 0) {
      since = now;
      on.first();
    } else if (now - since >= SAME_WISH_MS) on.again();
  };
  for (const signal of SIGNALS) process.on(signal, request);
  onParentGone(() => {
    if (since === 0) request();
  });
}

/** Calls `then` when the pipe from the process that started us closes, also by its being killed with -9. */
export function onParentGone(then: () => void): void {
  if (!process.channel) return;
  process.once('disconnect', then);
  // Listening alone must not keep a finished command alive.
  process.channel.unref();
}

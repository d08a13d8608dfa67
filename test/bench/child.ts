/** What each of the bench's own processes does: say its URL, and end with its parent. */

/** Tells the parent that this process is ready, and ends it when the parent is gone. */
export function reportReady(message: { url?: string }): void {
  process.on('disconnect', () => process.exit(0));
  process.send?.({ ready: true, ...message });
}

/** Fewer, larger pieces: each write to a socket costs more than copying a few kilobytes does. */
/** Joined pieces stay below this, so that joining never needs a huge buffer. */
const JOINED_BYTES = 1024 * 1024;

/** The same bytes in the same order; neighbours of up to `smallBytes` are joined, larger ones left as they are. */
export function joinSmall(parts: readonly Uint8Array[], smallBytes: number): Uint8Array[] {
  const joined: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  let bytes = 0;
  const settle = (): void => {
    const [first, ...more] = small;
    if (first) joined.push(more.length === 0 ? first : Buffer.concat(small, bytes));
    small = [];
    bytes = 0;
  };
  for (const part of parts) {
    if (part.length > smallBytes) {
      settle();
      joined.push(part);
      continue;
    }
    small.push(part);
    bytes += part.length;
    if (bytes >= JOINED_BYTES) settle();
  }
  settle();
  return joined;
}

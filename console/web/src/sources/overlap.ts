/**
 * How many characters at the beginning of `next` repeat the end of `before`: two chunks of one text share some. By the
 * prefix function of Knuth, Morris and Pratt over `next`, then `before`.
 */
export function findOverlap(before: string, next: string): number {
  const tail = before.slice(-next.length);
  const fallback = new Int32Array(next.length);
  let length = 0;
  for (let at = 1; at < next.length; at++) {
    while (length > 0 && next[at] !== next[length]) length = fallback[length - 1] ?? 0;
    if (next[at] === next[length]) length++;
    fallback[at] = length;
  }
  length = 0;
  for (const char of tail.split('')) {
    while (length > 0 && (length === next.length || char !== next[length]))
      length = fallback[length - 1] ?? 0;
    if (char === next[length]) length++;
  }
  return length;
}

/**
 * Finds the piece of an answer after which a client is done, though the connection may stay open: `[DONE]`, or the
 * last typed event of a Responses or Messages stream. That piece waits for the CLOSE frame; no other does.
 */

const CARRY_BYTES = 40;
// At the start of a line: inside JSON a line feed is escaped, so model output cannot look like this.
const TERMINAL =
  /(?:^|[\r\n])(?:data: ?\[DONE\]|event: ?(?:response\.(?:completed|failed|incomplete)|message_stop)[\r\n])/;
/** Any terminal line holds one of these; a byte search for them is cheap. */
const HINTS = [Buffer.from('[DONE]'), Buffer.from('event:')];

/** A detector for one stream; feed it every piece in order. */
export function createTerminalDetector(): (piece: Buffer) => boolean {
  let carry = '';
  return (piece) => {
    const hasHint = carry !== '' || HINTS.some((hint) => piece.includes(hint));
    const text = hasHint ? carry + piece.toString('latin1') : '';
    const tail = piece.subarray(-CARRY_BYTES);
    // A marker may be cut anywhere: keep the last, unfinished line.
    const lineStart = Math.max(tail.lastIndexOf(0x0a), tail.lastIndexOf(0x0d));
    carry =
      tail.length === 0 || lineStart === tail.length - 1
        ? ''
        : tail.toString('latin1', Math.max(lineStart, 0));
    return hasHint && TERMINAL.test(text);
  };
}

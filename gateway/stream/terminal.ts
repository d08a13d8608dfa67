/**
 * Finds the piece of an answer after which a client is done, though the connection may stay open: `[DONE]`, or the
 * end of the last typed event of a Responses or Messages stream. That piece waits for the CLOSE frame; no other does.
 */

/** More than the longest marker has. */
const MARKER_BYTES = 40;
// At the start of a line: inside JSON a line feed is escaped, so model output cannot look like this.
const DONE = /(?:^|[\r\n])data: ?\[DONE\]/;
const LAST_EVENT = /(?:^|[\r\n])event: ?(?:response\.(?:completed|failed|incomplete)|message_stop)(?=[\r\n])/;
const BLANK_LINE = /\r?\n\r?\n|\r\r/;
const BLANK_LINE_BYTES = 4;
/** Any terminal line holds one of these; a byte search for them is cheap. */
const HINTS = [Buffer.from('[DONE]'), Buffer.from('event:')];
/** Stands for the beginning of a line that is no marker. */
const NO_MARKER = 'x';

/** A detector for one stream; feed it every piece in order. True once, for the piece that ends the stream. */
export function createTerminalDetector(): (piece: Buffer) => boolean {
  let line = '';
  /** Set once the last event has begun: what may be the beginning of the blank line at its end. */
  let ending: string | undefined;
  let hasEnded = false;

  function isLast(piece: Buffer): boolean {
    if (ending !== undefined) return endsIn(ending + piece.toString('latin1'));
    const isPlain = line === '' || line === NO_MARKER;
    if (isPlain && !HINTS.some((hint) => piece.includes(hint))) return false;
    const text = line + piece.toString('latin1');
    if (DONE.test(text)) return true;
    const last = LAST_EVENT.exec(text);
    return last !== null && endsIn(text.slice(last.index + last[0].length));
  }

  // What the last event says belongs to the record: usage, and in a Responses stream the whole answer.
  function endsIn(text: string): boolean {
    ending = text.slice(1 - BLANK_LINE_BYTES);
    return BLANK_LINE.test(text);
  }

  return (piece) => {
    if (hasEnded) return false;
    hasEnded = isLast(piece);
    line = unfinishedLine(line, piece);
    return hasEnded;
  };
}

/** How the line begins that `piece` leaves unfinished: a marker may be cut anywhere. */
function unfinishedLine(before: string, piece: Buffer): string {
  const tail = piece.subarray(-MARKER_BYTES);
  const start = Math.max(tail.lastIndexOf(0x0a), tail.lastIndexOf(0x0d)) + 1;
  if (start > 0) return tail.toString('latin1', start);
  return before.length + piece.length > MARKER_BYTES ? NO_MARKER : before + tail.toString('latin1');
}

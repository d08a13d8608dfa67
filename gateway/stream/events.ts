/** Server-sent events as objects, one after the other, and as bytes again. */
import type { Json } from '../prompts/ask.ts';
import type { Rewriting } from '../steps/deliver.ts';

const EMPTY = Buffer.alloc(0);
const BOUNDARY = /(\r?\n\r?\n)/;

/**
 * A rewriting that gives each event whose data is a JSON object to `take`, and sends what that makes of it. Whole
 * events only; comments, other data, and what is left unfinished at the end pass as they are.
 */
export function createEventSplitter(take: (event: Json) => Json[]): Rewriting {
  let rest: Buffer = EMPTY;

  function rewrite(text: string): string {
    const data = text
      .split(/\r?\n/)
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice('data:'.length).trimStart())
      .join('\n');
    const event = findObject(data);
    return event ? take(event).map(toText).join('') : `${text}\n\n`;
  }

  return {
    push(piece) {
      const data = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
      const end = lastBoundary(data);
      rest = data.subarray(end);
      if (end === 0) return EMPTY;
      const events = data.toString('utf8', 0, end).split(BOUNDARY);
      // Boundaries are at the odd places; after the last one there is nothing.
      return Buffer.from(
        events
          .filter((text, index) => index % 2 === 0 && text !== '')
          .map(rewrite)
          .join(''),
      );
    },
    end() {
      const left = rest;
      rest = EMPTY;
      return left;
    },
  };
}

function toText(event: Json): string {
  const { type } = event;
  return `${typeof type === 'string' ? `event: ${type}\n` : ''}data: ${JSON.stringify(event)}\n\n`;
}

function findObject(data: string): Json | undefined {
  if (!data.startsWith('{')) return undefined;
  try {
    return JSON.parse(data) as Json;
  } catch {
    return undefined;
  }
}

/** Index after the last blank line, 0 if there is none. */
function lastBoundary(data: Buffer): number {
  const unix = data.lastIndexOf('\n\n');
  const dos = data.lastIndexOf('\r\n\r\n');
  return Math.max(unix === -1 ? 0 : unix + 2, dos === -1 ? 0 : dos + 4);
}

/**
 * Takes out of a chat stream what our own `include_usage` put in: the extra chunk with `choices: []`, and the
 * `"usage": null` that OpenAI then adds to every other chunk. Whole events only; an unfinished one waits for its end.
 */
const USAGE = Buffer.from('"usage"');
const BOUNDARY = /\r?\n\r?\n/;
// In a string the quotes would be escaped, so this matches a member only.
const NULL_MEMBER = /,\s*"usage":\s*null|"usage":\s*null\s*,?/;

/** A filter for one stream: `push` gives what may go on now, `end` what was left unfinished. */
export function createUsageStripper(): { push(piece: Buffer): Buffer; end(): Buffer } {
  let rest: Buffer = Buffer.alloc(0);

  function push(piece: Buffer): Buffer {
    const data = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
    const end = lastBoundary(data);
    if (end === 0) {
      rest = data;
      return Buffer.alloc(0);
    }
    rest = data.subarray(end);
    const whole = data.subarray(0, end);
    return whole.includes(USAGE) ? Buffer.from(stripEvents(whole.toString('latin1')), 'latin1') : whole;
  }

  return {
    push,
    end() {
      const left = rest;
      rest = Buffer.alloc(0);
      return left;
    },
  };
}

/** Index after the last blank line, 0 if there is none. */
function lastBoundary(data: Buffer): number {
  const unix = data.lastIndexOf('\n\n');
  const dos = data.lastIndexOf('\r\n\r\n');
  return Math.max(unix === -1 ? 0 : unix + 2, dos === -1 ? 0 : dos + 4);
}

function stripEvents(text: string): string {
  let out = '';
  let from = 0;
  while (from < text.length) {
    const boundary = BOUNDARY.exec(text.slice(from));
    const to = boundary ? from + boundary.index + boundary[0].length : text.length;
    const event = text.slice(from, to);
    if (!isUsageChunk(event)) out += event.replace(NULL_MEMBER, '');
    from = to;
  }
  return out;
}

function isUsageChunk(event: string): boolean {
  if (!/"choices":\s*\[\s*\]/.test(event)) return false;
  const data = /^data: ?(.*)$/m.exec(event)?.[1];
  try {
    const chunk = JSON.parse(data ?? '') as { choices?: unknown[]; usage?: unknown };
    return chunk.choices?.length === 0 && typeof chunk.usage === 'object' && chunk.usage !== null;
  } catch {
    return false;
  }
}

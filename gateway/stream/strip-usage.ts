/**
 * Takes out of a chat stream what our own `include_usage` put in: the extra chunk with `choices: []`, and the
 * `"usage": null` that OpenAI then adds to every other chunk. Whole events only; an unfinished one waits for its end.
 */
const USAGE = Buffer.from('"usage"');
const BOUNDARY = /\r?\n\r?\n/;
// In a string the quotes would be escaped, so this matches a member only.
const NULL_MEMBER = /,\s*"usage":\s*null|"usage":\s*null\s*,?\s*/g;

/** How nearly every event of nearly every server ends: the member is its object's last, so no look at the rest is needed. */
const COMMON_END = Buffer.from(',"usage":null}\n\n');
const CUT_END = Buffer.from('}\n\n');

function isOneCommonEvent(whole: Buffer): boolean {
  const at = whole.length - COMMON_END.length;
  return at > 0 && whole.indexOf('\n\n') === whole.length - 2 && whole.subarray(at).equals(COMMON_END);
}

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
    if (isOneCommonEvent(whole)) return Buffer.concat([whole.subarray(0, -COMMON_END.length), CUT_END]);
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
    if (!isUsageChunk(event)) out += withoutNullUsage(event);
    from = to;
  }
  return out;
}

function withoutNullUsage(event: string): string {
  for (const { 0: member, index } of event.matchAll(NULL_MEMBER)) {
    const end = index + member.length;
    if (isOutermost(event, end)) return event.slice(0, index) + event.slice(end);
  }
  return event;
}

/** Whether what stands at `from` is in the line's outermost object: then the brace that closes it ends the line. */
function isOutermost(event: string, from: number): boolean {
  let depth = 0;
  for (let at = from; at < event.length; at++) {
    const char = event[at];
    if (char === '"') at = endOfString(event, at);
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    if (depth < 0) return /^[ \t]*(?:[\r\n]|$)/.test(event.slice(at + 1, at + 20));
  }
  return false;
}

/** Index of the quote that ends the string which begins at `from`. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
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

/** A captured body, made ready to look at. */

/** Beyond this many characters a body is shown only when asked for; laying out more takes noticeable time. */
export const GATE_CHARS = 300_000;
/** Beyond this many it is not shown at all, only downloaded: it would stall the tab. */
export const LIMIT_CHARS = 2_000_000;
/** Up to this many characters JSON is coloured; each token is an element. */
const COLOUR_CHARS = 40_000;

/** Indented where it is JSON, else as it came. */
export function toPretty(raw: string): { text: string; isJson: boolean } {
  if (!/^\s*[[{]/.test(raw)) return { text: raw, isJson: false };
  try {
    return { text: JSON.stringify(JSON.parse(raw), null, 2), isJson: true };
  } catch {
    return { text: raw, isJson: false };
  }
}

export type Token = { text: string; kind: 'key' | 'string' | 'other' };

/** JSON cut into keys, strings and the rest, for colour; one token where it is too long for that. */
export function toTokens(pretty: string): Token[] {
  if (pretty.length > COLOUR_CHARS) return [{ text: pretty, kind: 'other' }];
  const tokens: Token[] = [];
  let end = 0;
  for (const match of pretty.matchAll(/"(?:[^"\\]|\\.)*"(?<colon>:)?/g)) {
    if (match.index > end) tokens.push({ text: pretty.slice(end, match.index), kind: 'other' });
    tokens.push({ text: match[0], kind: match.groups?.['colon'] ? 'key' : 'string' });
    end = match.index + match[0].length;
  }
  if (end < pretty.length) tokens.push({ text: pretty.slice(end), kind: 'other' });
  return tokens;
}

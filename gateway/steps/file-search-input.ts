/** The input of a searched call: what is asked in it, and what of ours a client has put back into it. */
import { type Json } from '../prompts/ask.ts';
import { isObject } from '../stream/cite.ts';
import { isOurId } from './our-id.ts';
import { type Place, readMember } from './top-level.ts';

/** What the search takes. */
const QUERY_CHARS = 20_000;
const OWN_ITEM = Buffer.from('"file_search_call"');

/** The text of the last thing that a user said; '' where that is none. */
export function findQuery(body: Buffer, place: Place | undefined): string {
  const input = readMember(body, place, 'input');
  if (typeof input === 'string') return toQuery(input);
  if (!Array.isArray(input)) return '';
  const last = input.findLast((item) => isObject(item) && item['role'] === 'user') as Json | undefined;
  const content = last?.['content'];
  if (typeof content === 'string') return toQuery(content);
  if (!Array.isArray(content)) return '';
  return toQuery(
    content
      .map((part) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : ''))
      .join('\n'),
  );
}

const toQuery = (text: string): string => text.trim().slice(0, QUERY_CHARS).toWellFormed();

/**
 * The input without `file_search_call` items that we had put into earlier answers: clients send them back, and the
 * provider has never seen them.
 */
export function withoutOwnItems(
  body: Buffer,
  place: Place | undefined,
): { bytes: Buffer; place: Place | undefined } {
  if (!place || !body.subarray(place[0], place[1]).includes(OWN_ITEM)) return { bytes: body, place };
  const input = readMember(body, place, 'input');
  if (!Array.isArray(input)) return { bytes: body, place };
  const bytes = Buffer.from(JSON.stringify(input.filter((item) => !isOwnItem(item))));
  return { bytes, place: [0, bytes.length, 0] };
}

function isOwnItem(item: unknown): boolean {
  return isObject(item) && item['type'] === 'file_search_call' && isOurId('fs_', String(item['id']));
}

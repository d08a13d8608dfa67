/**
 * Whose call it was: session, user, tags and metadata from OpenAI's own request fields and from the headers apps
 * send. What is said in a header wins over the body: it is there to say it.
 */
import { createHash } from 'node:crypto';
import { HTTP, SEKISHO } from '../record/attributes.ts';
import type { Message } from '../record/message.ts';
import { isObject, toObject, toText, type Json } from './json.ts';
import { attribute, type DecodedSpan } from './span.ts';
import { cut } from './text.ts';

export type Identity = {
  session_id: string;
  user_id: string;
  tags: string[];
  metadata: Record<string, string>;
};

const MAX_ID_CHARS = 256;
const MAX_METADATA = 64;
/** Tags that only we give: what our own rooms ask for can be told apart from what apps ask. */
const OWN_TAG = 'sekisho:';

export function toIdentity(span: DecodedSpan, request: Json): Identity {
  const metadata = toMetadata(request['metadata']);
  const header = (pattern: RegExp) => findHeader(span, pattern);
  const conversation = request['conversation'];
  const session = [
    header(/(?:^|-)session-id$/),
    header(/(?:^|-)(?:conversation|thread)-id$/),
    isObject(conversation) ? toText(conversation['id']) : toText(conversation),
    metadata['session_id'] ?? metadata['sessionId'] ?? metadata['conversation_id'] ?? metadata['thread_id'],
    toText(request['prompt_cache_key']),
  ];
  const user = [
    header(/(?:^|-)user-id$/),
    toText(request['user']),
    toText(request['safety_identifier']),
    metadata['user_id'] ?? metadata['userId'],
  ];
  const tags = header(/(?:^|-)tags$/) || metadata['tags'] || '';
  const given = tags.split(',').map((tag) => cut(tag.trim(), MAX_ID_CHARS));
  const purpose = attribute.text(span, SEKISHO.purpose);
  return {
    session_id: cut(session.find(Boolean) ?? '', MAX_ID_CHARS),
    user_id: cut(user.find(Boolean) ?? '', MAX_ID_CHARS),
    tags: [
      ...new Set([
        ...given.filter((tag) => tag !== '' && !tag.toLowerCase().startsWith(OWN_TAG)),
        ...(purpose ? [OWN_TAG + purpose] : []),
      ]),
    ],
    metadata,
  };
}

/** 16 hex digits that calls of one conversation share: its session, else how it began. */
export function toThreadKey(project: string, session: string, input: readonly Message[]): string {
  const firstUser = input.findIndex((message) => message.role === 'user');
  const beginning = session || JSON.stringify(input.slice(0, firstUser + 1));
  return createHash('sha256').update(`${project}\n${beginning}`).digest('hex').slice(0, 16);
}

function toMetadata(value: unknown): Record<string, string> {
  const entries = Object.entries(toObject(value)).slice(0, MAX_METADATA);
  return Object.fromEntries(
    entries.map(([key, each]) => [key, typeof each === 'string' ? each : JSON.stringify(each)]),
  );
}

function findHeader(span: DecodedSpan, pattern: RegExp): string {
  for (const [key, value] of span.attributes) {
    if (!key.startsWith(HTTP.requestHeader) || !pattern.test(key.slice(HTTP.requestHeader.length))) continue;
    const first = Array.isArray(value) ? value[0] : value;
    if (typeof first === 'string' && first !== '') return first;
  }
  return '';
}

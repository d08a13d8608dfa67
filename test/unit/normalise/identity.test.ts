/** Whose call it was, what was sent beside text, and what lists and searches show of it. */
import { describe, expect, it } from 'vitest';
import { toPreview } from '../../../collector/normalise/text.ts';
import { read, text, type Exchange } from './span.ts';

const ask = (request: object, requestHeaders: Record<string, string> = {}) =>
  read({ request: { model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...request }, requestHeaders });

describe('the session', () => {
  it.each([
    [{ conversation: 'conv_1' }, {}, 'conv_1'],
    [{ conversation: { id: 'conv_2' } }, {}, 'conv_2'],
    [{ conversation: { id: 7 } }, {}, ''],
    [{ prompt_cache_key: 'cache' }, {}, 'cache'],
    [{ metadata: { session_id: 'm1', thread_id: 'm2' }, prompt_cache_key: 'cache' }, {}, 'm1'],
    [{ metadata: { sessionId: 'm3' } }, {}, 'm3'],
    [{ metadata: { thread_id: 'm4' } }, {}, 'm4'],
    [{ conversation: 'conv_1', metadata: { session_id: 'm1' } }, {}, 'conv_1'],
    [{ conversation: 'conv_1' }, { 'x-session-id': 'h1', 'thread-id': 'h2' }, 'h1'],
    [{}, { 'session-id': 'h3' }, 'h3'],
    [{}, { 'x-conversation-id': 'h4' }, 'h4'],
    [{}, { 'x-obsession-id': 'no' }, ''],
    [{}, { 'x-session-id': '' }, ''],
  ])('of %j under %j is %j', (request, headers, session) => {
    expect(ask(request, headers).session_id).toBe(session);
  });

  it('makes calls neighbours, and so does the same beginning', () => {
    const first = ask({ conversation: 'c' });
    expect(ask({ conversation: 'c', messages: [] }).thread_key).toBe(first.thread_key);
    expect(ask({ conversation: 'd' }).thread_key).not.toBe(first.thread_key);
    const turn = (more: object[]) => ask({ messages: [{ role: 'user', content: 'Hi' }, ...more] }).thread_key;
    expect(turn([{ role: 'assistant', content: 'a' }])).toBe(turn([]));
    expect(ask({ messages: [{ role: 'user', content: 'Ho' }] }).thread_key).not.toBe(turn([]));
    expect(first.thread_key).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('user, tags and metadata', () => {
  it.each([
    [{ user: 'u1', safety_identifier: 's1' }, {}, 'u1'],
    [{ safety_identifier: 's1', metadata: { user_id: 'm1' } }, {}, 's1'],
    [{ metadata: { userId: 'm1' } }, {}, 'm1'],
    [{ user: 'u1' }, { 'x-user-id': 'h1' }, 'h1'],
    [{ user: { id: 1 } }, {}, ''],
  ])('of %j under %j: the user is %j', (request, headers, user) => {
    expect(ask(request, headers).user_id).toBe(user);
  });

  it('are kept as they are: texts, and anything else as JSON', () => {
    const metadata = Object.fromEntries([
      ['tags', ' a, b ,,a'],
      ['__proto__', 'p'],
      ['constructor', 'c'],
      ['n', 3],
      ['o', { x: [null] }],
    ]);
    const row = ask({ metadata });
    expect(row.tags).toEqual(['a', 'b']);
    expect(Object.entries(row.metadata)).toEqual([
      ['tags', ' a, b ,,a'],
      ['__proto__', 'p'],
      ['constructor', 'c'],
      ['n', '3'],
      ['o', '{"x":[null]}'],
    ]);
    expect(ask({ metadata: { tags: 'a' } }, { 'x-tags': 'h' }).tags).toEqual(['h']);
  });

  it('are never cut inside a character', () => {
    const long = `${'x'.repeat(255)}🏯`;
    const row = ask({ user: long, conversation: long, metadata: { tags: long } });
    for (const each of [row.user_id, row.session_id, row.tags[0]]) expect(each).toBe('x'.repeat(255));
  });
});

describe('what is sent beside text', () => {
  const content = (part: object): Exchange => ({
    request: { messages: [{ role: 'user', content: [part] }] },
  });
  const data = `data:image/png;base64,${Buffer.alloc(1000).toString('base64')}`;
  it.each([
    [
      'an image',
      { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
      { type: 'uri', modality: 'image', uri: 'https://x.test/a.png' },
    ],
    [
      'image data',
      { type: 'image_url', image_url: { url: data } },
      { type: 'blob', modality: 'image', mime_type: 'image/png', bytes: 1000 },
    ],
    [
      'an image of Responses',
      { type: 'input_image', image_url: data },
      { type: 'blob', modality: 'image', mime_type: 'image/png', bytes: 1000 },
    ],
    [
      'an image by its file',
      { type: 'input_image', file_id: 'file-1' },
      { type: 'uri', modality: 'image', uri: 'file-1' },
    ],
    [
      'sound',
      { type: 'input_audio', input_audio: { data: 'AAECAwQ=', format: 'wav' } },
      { type: 'blob', modality: 'audio', mime_type: 'audio/wav', bytes: 5 },
    ],
    [
      'a file',
      { type: 'file', file: { file_id: 'file-2' } },
      { type: 'uri', modality: 'document', uri: 'file-2' },
    ],
    [
      'file data',
      { type: 'input_file', file_data: 'data:application/pdf;base64,AAEC' },
      { type: 'blob', modality: 'document', mime_type: 'application/pdf', bytes: 3 },
    ],
    ['what nobody knows', { type: 'hologram', x: 1 }, { type: 'generic', value: { type: 'hologram', x: 1 } }],
  ])('%s is a part of its own', (_name, part, expected) => {
    const row = read(content(part));
    expect(row.input[0]?.parts).toEqual([expected]);
    expect(row.search_text.length).toBeLessThan(200);
  });
});

describe('text', () => {
  it('is decoded from its escapes, and half a pair never leaves', () => {
    const request = String.raw`{"messages":[{"role":"user","content":"\u95a2\u6240 \ud83c\udfef \ud83c! \u0000"}]}`;
    const row = read({ request: Buffer.from(request) });
    expect(row.input[0]?.parts).toEqual(
      [text('関所 🏯 \uFFFD! \u0000')].map((part) => ({
        ...part,
        content: expect.stringMatching(/^関所 🏯 [\uFFFD\uD83C]! \0$/) as unknown,
      })),
    );
    for (const each of [row.input_preview, row.search_text, row.input_messages]) {
      expect(each.isWellFormed()).toBe(true);
      expect(each).toContain('関所 🏯');
    }
  });

  it('is shown by its first 200 characters, never by half of one', () => {
    expect(toPreview('🏯'.repeat(500))).toBe('🏯'.repeat(200));
    expect(toPreview(`a${' '.repeat(798)}🏯`)).toBe('a');
    expect(toPreview(`${'\n'.repeat(5000)} first \n\t second `)).toBe('first second');
    expect(toPreview('\ud83c')).toBe('\uFFFD');
    for (let units = 780; units < 820; units++) {
      const preview = toPreview(`${'x '.repeat(units / 2)}${' '.repeat(units)}🏯🏯`);
      expect(preview.isWellFormed()).toBe(true);
    }
  });

  it('to be searched is the new turn alone, at most 64 Ki of it', () => {
    const messages = [
      { role: 'system', content: 'rules' },
      { role: 'user', content: 'old question' },
      { role: 'assistant', content: 'old answer' },
      { role: 'tool', tool_call_id: 'c', content: 'tool result' },
      { role: 'user', content: 'new question' },
    ];
    const choices = [
      { index: 0, message: { role: 'assistant', content: 'answer', reasoning_content: 'musing' } },
    ];
    const row = read({ request: { messages }, response: { choices } });
    expect(row.search_text).toBe('tool result\nnew question\nanswer');
    expect([row.input_preview, row.output_preview]).toEqual(['tool result new question', 'answer']);
    const long = read({ request: { messages: [{ role: 'user', content: `x${'🏯'.repeat(64 * 1024)}` }] } });
    expect(long.search_text.length).toBe(64 * 1024 - 1);
    expect(long.search_text.endsWith('🏯')).toBe(true);
  });
});

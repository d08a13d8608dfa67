import { describe, expect, it } from 'vitest';
import { createUsageStripper } from '../../../gateway/stream/strip-usage.ts';

function strip(pieces: readonly Buffer[]): Buffer {
  const stripper = createUsageStripper();
  return Buffer.concat([...pieces.map((piece) => stripper.push(piece)), stripper.end()]);
}

const stripText = (text: string): string => strip([Buffer.from(text)]).toString();

/** A stream with what our own `include_usage` puts in, and the same without. */
function streams(end: string, { nullFirst = false, spaced = false } = {}) {
  const [colon, comma] = spaced ? [': ', ', '] : [':', ','];
  const usageNull = `"usage"${colon}null`;
  const chunk = (content: string, extra: string): string => {
    const delta = `{"index"${colon}0${comma}"delta"${colon}{"content"${colon}"${content}"}}`;
    const members = [`"id"${colon}"c1"`, `"choices"${colon}[${delta}]`];
    if (extra) members.splice(nullFirst ? 0 : members.length, 0, extra);
    return `data: {${members.join(comma)}}${end}${end}`;
  };
  const contents = ['', '関所 🏯', 'say \\"usage\\":null, please', 'x'.repeat(50)];
  const usage = `data: {"id"${colon}"c1"${comma}"choices"${colon}[]${comma}"usage"${colon}{"prompt_tokens"${colon}3}}${end}${end}`;
  const done = `: keep-alive${end}${end}data: [DONE]${end}${end}`;
  return {
    withUsage: contents.map((content) => chunk(content, usageNull)).join('') + usage + done,
    without: contents.map((content) => chunk(content, '')).join('') + done,
  };
}

describe.each([
  ['as OpenAI writes it', streams('\n')],
  ['with CRLF', streams('\r\n')],
  ['as Python writes it', streams('\n', { spaced: true })],
  ['usage first', streams('\n', { nullFirst: true })],
  ['usage first, as Python writes it', streams('\r\n', { nullFirst: true, spaced: true })],
])('a stream %s', (_name, { withUsage, without }) => {
  const bytes = Buffer.from(withUsage);

  it('is relieved of what we asked for and of nothing else', () => {
    expect(stripText(withUsage)).toBe(without);
  });

  it('is, wherever it is cut in two', () => {
    for (let cut = 1; cut < bytes.length; cut++) {
      expect(strip([bytes.subarray(0, cut), bytes.subarray(cut)]).toString(), `cut at ${cut}`).toBe(without);
    }
  });

  it('is, in pieces of any size', () => {
    for (const size of [1, 2, 7, 64, 100]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      expect(strip(pieces).toString(), `pieces of ${size}`).toBe(without);
    }
  });

  it('without usage passes untouched, event by event', () => {
    expect(stripText(without)).toBe(without);
  });
});

describe('the stripper', () => {
  it.each([
    ['usage on chunks that say something', 'data: {"choices":[{"delta":{}}],"usage":{"total_tokens":1}}\n\n'],
    ['an empty list of choices without usage', 'data: {"choices":[],"prompt_filter_results":[{}]}\n\n'],
    ['an error in the stream', 'data: {"error":{"message":"no usage today"}}\n\n'],
    ['a member of that name further in', 'data: {"choices":[{"delta":{"x":{"usage":null}}}]}\n\n'],
    [
      'one further in, before others',
      'data: {"x_provider":{"a":1,"usage":null},"choices":[{"delta":{}}]}\n\n',
    ],
    ['text about it', 'data: {"choices":[{"delta":{"content":",\\"usage\\":null"}}]}\n\n'],
    ['bytes that are no UTF-8', `data: {"x":"\xff\xfe"}\n\n`],
    ['other event fields', 'event: x\nid: 7\nretry: 5\ndata: {"usage_of":1}\n\n'],
  ])('leaves alone: %s', (_name, text) => {
    expect(strip([Buffer.from(text, 'latin1')]).toString('latin1')).toBe(text);
  });

  it('takes out only the outer one of two', () => {
    const text = 'data: {"x":{"usage":null},"choices":[{"delta":{}}],"usage":null,"obfuscation":"ab}"}\n\n';
    expect(stripText(text)).toBe(
      'data: {"x":{"usage":null},"choices":[{"delta":{}}],"obfuscation":"ab}"}\n\n',
    );
  });

  it('gives every whole event on at once, and the unfinished rest at the end', () => {
    const stripper = createUsageStripper();
    expect(stripper.push(Buffer.from('data: {"a":1}\n\ndata: {"b"')).toString()).toBe('data: {"a":1}\n\n');
    expect(stripper.push(Buffer.from(':2}\n'))).toHaveLength(0);
    expect(stripper.end().toString()).toBe('data: {"b":2}\n');
    expect(stripper.end()).toHaveLength(0);
  });
});

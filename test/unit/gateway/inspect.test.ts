import { describe, expect, it } from 'vitest';
import { inspectBody, withIncludeUsage } from '../../../gateway/steps/inspect.ts';
import { createRandom, randomBody } from './random-json.ts';

const ROUNDS = 1500;
/** Beyond what is parsed whole. */
const LARGE_BYTES = 80 * 1024;
const PADDING = `"padding":"${'\\"} ]\\\\'.repeat(LARGE_BYTES / 7)}"`;

type Body = {
  model?: unknown;
  stream?: unknown;
  stream_options?: unknown;
  prompt?: unknown;
  tools?: unknown;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function expected(text: string) {
  const { model, stream, stream_options: options, prompt, tools } = JSON.parse(text) as Body;
  const include = isObject(options) ? options['include_usage'] : undefined;
  return {
    model: typeof model === 'string' ? model : '',
    stream: stream === true,
    include_usage: typeof include === 'boolean' ? include : undefined,
    has_prompt: isObject(prompt) || (typeof model === 'string' && model.startsWith('prompt:')),
    has_file_search:
      Array.isArray(tools) && tools.some((tool) => isObject(tool) && tool['type'] === 'file_search'),
  };
}

/** Bytes that `after` has kept of `before` at both its ends. */
function keptBytes(before: Buffer, after: Buffer): number {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return start + end;
}

const seeds = Array.from({ length: ROUNDS }, (_, seed) => seed);
const small = (seed: number) => randomBody(createRandom(seed));
const large = (seed: number) => randomBody(createRandom(seed), [PADDING]);

describe('inspectBody', () => {
  it('finds in a small body what JSON.parse finds', () => {
    for (const seed of seeds) {
      const text = small(seed);
      expect(inspectBody(Buffer.from(text)), text).toEqual(expected(text));
    }
  });

  it('finds in a large body what JSON.parse finds', () => {
    for (const seed of seeds.slice(0, 400)) {
      const text = large(seed);
      expect(inspectBody(Buffer.from(text)), `seed ${seed}`).toEqual(expected(text));
    }
  });

  it('scans a large body instead of parsing it: what follows its members is not looked at', () => {
    expect(inspectBody(Buffer.from(`{${PADDING},"model":"m"} and more`)).model).toBe('m');
  });

  it.each([
    '',
    ' ',
    'null',
    '1',
    '"text"',
    '[{"model":"m"}]',
    '{',
    '{"model"',
    '{"model":',
    '{"model":"m"',
    '{"model":"m',
    '{model:"m"}',
    '{"model" "m"}',
    '{"model":tru}',
    '{"stream":truefalse}',
    '{"model":"m" "stream":true}',
    '{"model":"a\u0001"}',
    '{"stream_options":{"include_usage"}}',
    '\ufeff{}',
  ])('refuses %j, alone and behind eighty kilobytes', (text) => {
    const refused = expect.objectContaining({ code: 'invalid_json' });
    const attempt = (body: string) => () => inspectBody(Buffer.from(body));
    expect(attempt(text)).toThrow(refused);
    const longer = text.startsWith('{') ? text.replace('{', `{${PADDING},`) : ' '.repeat(LARGE_BYTES) + text;
    expect(attempt(longer)).toThrow(refused);
  });

  it('names the member of a large body that is broken', () => {
    const body = Buffer.from(`{${PADDING},"model":nul}`);
    expect(() => inspectBody(body)).toThrow(expect.objectContaining({ param: 'model' }));
  });

  it('takes a body cut anywhere as invalid, never as something else', () => {
    const text =
      '{"model":"m\\"\\\\","stream":true,"stream_options":{"include_usage":false},"x":[1,{"y":"]"}]}';
    const padded = text.replace('{', `{${PADDING},`);
    for (const whole of [text, padded]) {
      for (let cut = 1; cut <= text.length; cut++) {
        const body = Buffer.from(whole.slice(0, whole.length - cut));
        expect(() => inspectBody(body), `${cut} less`).toThrow(
          expect.objectContaining({ code: 'invalid_json' }),
        );
      }
    }
  });
});

describe('withIncludeUsage', () => {
  it.each([
    ['{"stream":true}', '{"stream_options":{"include_usage":true},"stream":true}'],
    [' { "stream" : true }', ' {"stream_options":{"include_usage":true}, "stream" : true }'],
    ['{"stream_options":{}}', '{"stream_options":{"include_usage":true}}'],
    ['{"stream_options": null}', '{"stream_options": {"include_usage":true}}'],
    ['{"stream_options":{"a":1}}', '{"stream_options":{"include_usage":true,"a":1}}'],
    ['{"stream_options":{"include_usage":null}}', '{"stream_options":{"include_usage":true}}'],
  ])('makes of %s: %s', (before, after) => {
    expect(withIncludeUsage(Buffer.from(before)).toString()).toBe(after);
  });

  it.each([
    ['small', small, ROUNDS],
    ['large', large, 200],
  ] as const)('changes that and no other byte: %s bodies', (_size, make, rounds) => {
    for (const seed of seeds.slice(0, rounds)) {
      const text = make(seed);
      const body = JSON.parse(text) as Body;
      if (Object.keys(body).length === 0) continue;
      const before = Buffer.from(text);
      const after = withIncludeUsage(before);
      const options = isObject(body.stream_options) ? body.stream_options : {};
      const wanted = { ...body, stream_options: { ...options, include_usage: true } };
      expect(JSON.parse(after.toString()), `seed ${seed}`).toEqual(wanted);
      // at most one scalar has given way
      expect(keptBytes(before, after), `seed ${seed}`).toBeGreaterThanOrEqual(before.length - 5);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { prependMessages } from '../../../gateway/steps/prepend-messages.ts';
import { findTopLevel, rewriteMembers } from '../../../gateway/steps/top-level.ts';
import { createRandom, randomBody } from './random-json.ts';

describe('rewriteMembers', () => {
  it('changes what it is told to, and keeps the rest byte for byte', () => {
    for (let seed = 0; seed < 800; seed++) {
      const text = randomBody(createRandom(seed));
      const body = Buffer.from(text);
      const changes = new Map([
        ['model', '"new"'],
        ['stream', null],
        ['added', '[1]'],
      ]);
      const after = rewriteMembers(body, changes);
      const { stream: _gone, ...kept } = JSON.parse(text) as Record<string, unknown>;
      expect(JSON.parse(after.toString()), text).toEqual({ ...kept, model: 'new', added: [1] });
      for (const [name, [start, end]] of findTopLevel(body)) {
        if (!changes.has(name)) expect(after.includes(body.subarray(start, end))).toBe(true);
      }
    }
  });

  it('does not touch a number that no double can hold', () => {
    const body = Buffer.from('{"seed":12345678901234567890,"x":1.0,"model":"m"}');
    expect(rewriteMembers(body, new Map([['model', null]])).toString()).toBe(
      '{"seed":12345678901234567890,"x":1.0}',
    );
    expect(rewriteMembers(Buffer.from(' { } '), new Map([['a', '1']])).toString()).toBe('{"a":1}');
    expect(rewriteMembers(Buffer.from('{"a":1}'), new Map([['a', null]])).toString()).toBe('{}');
  });
});

describe('prependMessages', () => {
  const ours = [{ role: 'system', content: '関' }];
  const prepend = (text: string, param: string) => {
    const body = Buffer.from(text);
    return prependMessages(ours, body, findTopLevel(body).get(param), param).toString();
  };

  it.each([
    ['messages', '{}', '[{"role":"system","content":"関"}]'],
    ['messages', '{"messages":null}', '[{"role":"system","content":"関"}]'],
    ['messages', '{"messages": [ ] }', '[{"role":"system","content":"関"} ]'],
    ['messages', '{"messages":[{"n":1.0}]}', '[{"role":"system","content":"関"},{"n":1.0}]'],
    [
      'input',
      '{"input":"a\\n"}',
      '[{"role":"system","content":"関"},{"type":"message","role":"user","content":"a\\n"}]',
    ],
    ['input', '{"input":[{"n":1.0}]}', '[{"role":"system","content":"関"},{"n":1.0}]'],
  ])('%s of %s', (param, body, expected) => {
    expect(prepend(body, param)).toBe(expected);
  });

  it.each([
    ['messages', '{"messages":"a"}'],
    ['messages', '{"messages":{}}'],
    ['input', '{"input":1}'],
  ])('refuses %s of %s', (param, body) => {
    expect(() => prepend(body, param)).toThrow(expect.objectContaining({ code: 'invalid_body', param }));
  });
});

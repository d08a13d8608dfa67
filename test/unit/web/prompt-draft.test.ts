import { describe, expect, it } from 'vitest';
import type { PromptContent, PromptMessage } from '../../../console/contract/prompts.ts';
import {
  findProblem,
  isSameContent,
  parseDraft,
  toContent,
  toPieces,
  toPreview,
  variablesOf,
} from '../../../console/web/src/prompts/draft.ts';
import { isLabel, isPromptName } from '../../../console/web/src/prompts/labels.ts';
import { parsePromptView, toPromptQuery } from '../../../console/web/src/prompts/prompt-view.ts';
import { withJson, withNumber } from '../../../console/web/src/prompts/settings.ts';
import { diffMessages, diffSettings, toSettings } from '../../../console/web/src/prompts/version-diff.ts';

const user = (content: string): PromptMessage => ({ role: 'user', content });
const system = (content: string): PromptMessage => ({ role: 'system', content });
const contentOf = (...messages: PromptMessage[]): PromptContent => ({ messages, model: 'm', params: {} });

describe('a draft', () => {
  it('is cut at its variables, and whole again when joined', () => {
    const text = '{{ shop }}の{{order.id}}は？ {{1no}} {{}} {{{name}}}';
    const pieces = toPieces(text);
    expect(pieces.map((piece) => piece.text).join('')).toBe(text);
    expect(pieces.flatMap(({ name }) => (name === undefined ? [] : [name]))).toEqual([
      'shop',
      'order.id',
      'name',
    ]);
    expect(toPieces('')).toEqual([]);
  });

  it('knows the same variables as what renders it', () => {
    const content = contentOf(system('{{a}} {{ b.c }}'), user('{{a}}{{d-e}}'));
    expect(variablesOf(content)).toEqual(['a', 'b.c', 'd-e']);
  });

  it('is previewed with values put in as they are, and the empty ones marked', () => {
    const [message] = toPreview(contentOf(user('Hi {{name}}, {{what}}{{gone}}')), {
      name: '{{what}} $& $1',
      what: '',
    });
    expect(message?.pieces.map(({ text, state }) => [text, state])).toEqual([
      ['Hi ', 'text'],
      ['{{what}} $& $1', 'filled'],
      [', ', 'text'],
      ['{{what}}', 'empty'],
      ['{{gone}}', 'empty'],
    ]);
  });

  it('is the same whatever the order of its settings, and not once a word differs', () => {
    const a: PromptContent = { ...contentOf(user('x')), params: { temperature: 1, top_p: 0.5 } };
    const b: PromptContent = { ...contentOf(user('x')), params: { top_p: 0.5, temperature: 1 } };
    expect(isSameContent(a, b)).toBe(true);
    expect(isSameContent(a, { ...b, params: { temperature: 1 } })).toBe(false);
    expect(isSameContent(contentOf(user('x'), user('y')), contentOf(user('y'), user('x')))).toBe(false);
  });

  it('is a copy of a version: writing in it leaves the version alone', () => {
    const version = contentOf(user('x'));
    const draft = toContent(version);
    draft.messages.push(user('y'));
    expect(version.messages).toHaveLength(1);
  });

  it('says what keeps it from being published', () => {
    expect(findProblem(contentOf())).toBe('no_message');
    expect(findProblem(contentOf(system(' '), user('\n')))).toBe('all_empty');
    expect(findProblem(contentOf(system(''), user('x')))).toBeUndefined();
  });

  it('is read back, and nothing else is', () => {
    const draft = { content: contentOf(user('x')), base: 2, revision: 3 };
    expect(parseDraft(JSON.stringify(draft))).toEqual(draft);
    const bad = [
      null,
      '',
      '{',
      '[]',
      '{"base":1,"revision":1}',
      JSON.stringify({ ...draft, base: '2' }),
      JSON.stringify({ ...draft, content: { ...draft.content, messages: [{ role: 'tool', content: 'x' }] } }),
      JSON.stringify({ ...draft, content: { ...draft.content, messages: [{ role: 'user' }] } }),
    ];
    expect(bad.map((text) => parseDraft(text))).toEqual(bad.map(() => undefined));
  });
});

describe('settings', () => {
  it('take numbers in their range, and none for an empty field', () => {
    expect(withNumber({}, 'temperature', ' 0.3 ')).toEqual({ temperature: 0.3 });
    expect(withNumber({ temperature: 1, top_p: 1 }, 'temperature', '')).toEqual({ top_p: 1 });
    for (const [name, text] of [
      ['temperature', '2.1'],
      ['temperature', '-1'],
      ['top_p', 'half'],
      ['max_output_tokens', '1.5'],
      ['max_output_tokens', '0'],
    ] as const) {
      expect(withNumber({ temperature: 1 }, name, text)).toBeUndefined();
    }
  });

  it('take JSON of the right kind only', () => {
    expect(withJson({}, 'response_format', '{"type":"json_object"}')).toEqual({
      response_format: { type: 'json_object' },
    });
    expect(withJson({ tools: [] }, 'tools', '  ')).toEqual({});
    expect(withJson({}, 'tools', '[{"type":"function"}]')).toEqual({ tools: [{ type: 'function' }] });
    for (const text of ['{', '[]', '{}', '"text"', 'null']) {
      expect(withJson({}, 'response_format', text)).toBeUndefined();
    }
    for (const text of ['{}', '[1]', '[[]]', 'null']) expect(withJson({}, 'tools', text)).toBeUndefined();
  });
});

describe('names', () => {
  it('are small letters; a label has one at least', () => {
    expect(['support-answer', '0.a_b', 'a'.repeat(64)].every(isPromptName)).toBe(true);
    expect(['', 'Support', '-a', 'a b', '要約', 'a'.repeat(65)].some(isPromptName)).toBe(false);
    expect([isLabel('production'), isLabel('v2'), isLabel('2')]).toEqual([true, true, false]);
  });
});

describe('the view of a prompt', () => {
  it('stands in the address and comes back from it', () => {
    const view = { tab: 'versions', beside: [3, 1], version: 2, against: 1 } as const;
    expect(parsePromptView(toPromptQuery({ ...view, beside: [3, 1] }))).toEqual(view);
    expect(toPromptQuery({ tab: 'edit', beside: [], version: 0, against: 0 })).toEqual({});
  });

  it('takes no more columns than there is room for, and nothing it does not understand', () => {
    const view = parsePromptView({ tab: 'x', beside: '1,1,-2,x,0,4,5,6', version: 'latest', against: null });
    expect(view).toEqual({ tab: 'edit', beside: [1, 4, 5], version: 0, against: 0 });
  });
});

describe('what two versions differ in', () => {
  const kinds = (before: PromptMessage[], after: PromptMessage[]) =>
    diffMessages(before, after).map((change) => change.kind);

  it('holds on to the messages that are the same in both', () => {
    const before = [system('s'), user('a'), user('b')];
    expect(kinds(before, before)).toEqual(['same', 'same', 'same']);
    expect(kinds(before, [system('s'), user('new'), user('a'), user('b')])).toEqual([
      'same',
      'added',
      'same',
      'same',
    ]);
    expect(kinds(before, [system('s'), user('b')])).toEqual(['same', 'removed', 'same']);
  });

  it('takes a message of the same role for a changed one, of another role for another one', () => {
    expect(kinds([system('s'), user('a')], [system('t'), user('a')])).toEqual(['changed', 'same']);
    expect(kinds([user('a')], [system('a')])).toEqual(['added', 'removed']);
    expect(kinds([], [user('a')])).toEqual(['added']);
  });

  it('has every message of both, each once and in order', () => {
    const before = [system('1'), user('2'), user('3'), { role: 'assistant' as const, content: '4' }];
    const after = [user('3'), system('1'), user('5'), user('2')];
    const changes = diffMessages(before, after);
    const left = changes.flatMap((change) => (change.kind === 'added' ? [] : [change.before]));
    const right = changes.flatMap((change) => (change.kind === 'removed' ? [] : [change.after]));
    expect([left, right]).toEqual([before, after]);
  });

  it('names the settings that differ, with nothing where one was not set', () => {
    const before: PromptContent = { ...contentOf(), params: { temperature: 1, tools: [{ a: 1 }] } };
    const after: PromptContent = { ...contentOf(), model: '', params: { temperature: 0, tools: [{ a: 1 }] } };
    expect(diffSettings(before, after)).toEqual([
      { name: 'model', before: 'm', after: '' },
      { name: 'temperature', before: '1', after: '0' },
    ]);
    expect(toSettings(after).map(({ name }) => name)).toEqual(['temperature', 'tools']);
  });
});

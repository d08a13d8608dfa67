/** What a template may name, known from one item: the words people click instead of typing braces. */

export type Item = Record<string, unknown>;
/** `name` as it stands in the braces, `sample` what stands there for the item at hand. */
export type Placeholder = { name: string; sample: string };

/** The answer that is judged, whoever gave it. */
export const OUTPUT = 'sample.output_text';
const SAMPLE_CHARS = 200;
const MOST = 16;
/** A template knows no other names (collector/record/template.ts). */
const NAME = /^[\p{L}\p{M}\p{N}_-]+$/u;
/** Keys by what they usually hold, the likeliest first. */
const KEYS = {
  input: ['input', 'question', 'prompt', 'query', 'text', '質問', '入力'],
  expected: [
    'expected',
    'expected_output',
    'reference',
    'ideal',
    'answer',
    'label',
    'target',
    '期待する回答',
    '正解',
    '回答',
  ],
} as const;
const FIRST: readonly string[] = [...KEYS.input, ...KEYS.expected];

export const toBraces = (name: string): string => `{{${name}}}`;

/** The placeholders of an item: its own members, those of objects in it, and the answer. */
export function listPlaceholders(item: Item | undefined): Placeholder[] {
  const own = item ? flatten(item, 'item') : [];
  const answer = { name: OUTPUT, sample: typeof item?.['output'] === 'string' ? cut(item['output']) : '' };
  return [answer, ...own.toSorted((a, b) => rank(a.name) - rank(b.name))].slice(0, MOST);
}

function rank(name: string): number {
  const at = FIRST.indexOf(name.slice('item.'.length));
  return at < 0 ? FIRST.length : at;
}

function flatten(of: Item, path: string): Placeholder[] {
  return Object.entries(of).flatMap(([key, value]): Placeholder[] => {
    if (!NAME.test(key)) return [];
    const name = `${path}.${key}`;
    const isPlain = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isPlain && path === 'item') return flatten(value as Item, name);
    return [{ name, sample: toSample(value) }];
  });
}

function toSample(value: unknown): string {
  return cut(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
}

function cut(text: string): string {
  return text.length > SAMPLE_CHARS ? `${text.slice(0, SAMPLE_CHARS)}…` : text;
}

/** The member of an item that holds its input or its expected answer, by its usual names; '' where none does. */
export function findMember(what: keyof typeof KEYS, item: Item | undefined): string {
  return KEYS[what].find((key) => item?.[key] !== undefined) ?? '';
}

/** A JSON schema for items like this one. Another item may lack what this one has, and may have more. */
export function toItemSchema(item: Item | undefined): Item {
  const properties = Object.fromEntries(
    Object.entries(item ?? {}).map(([key, value]) => [key, toSchema(value)]),
  );
  return { type: 'object', properties, additionalProperties: true };
}

function toSchema(value: unknown): Item {
  if (Array.isArray(value)) return { type: 'array' };
  if (value === null) return {};
  return { type: typeof value };
}

/** Text of an item's member for people: what is not text is JSON; '' where there is none. */
export function toText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** What an item asks, in one text: its input, else the newest message, else all of it. */
export function toInputText(item: Item): string {
  const key = findMember('input', item);
  if (key) return toText(item[key]);
  const messages = item['messages'];
  if (Array.isArray(messages)) {
    const last = messages.findLast((one: unknown) => (one as Item | null)?.['role'] === 'user') as
      | Item
      | undefined;
    if (last) return toText(last['content']);
  }
  return Object.keys(item).length > 0 ? JSON.stringify(item) : '';
}

export function toExpectedText(item: Item): string {
  const key = findMember('expected', item);
  return key ? toText(item[key]) : '';
}

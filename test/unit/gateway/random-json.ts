/** JSON texts as somebody else's serialiser may write them: any white space, any escapes, names given twice. */

export type Random = () => number;

/** Numbers in [0, 1), the same for a seed. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

function space(random: Random): string {
  return random() < 0.6 ? '' : pick(random, [' ', '\n', '\r\n', '\t', '  \n  ']);
}

/** `value` between quotes, some of its characters escaped though they need not be. */
export function toJsonString(random: Random, value: string): string {
  const inner = Array.from(value, (char) => {
    const code = char.charCodeAt(0);
    const mustBe = char === '"' || char === '\\' || code < 0x20;
    if (!mustBe && random() < 0.9) return char;
    const short: Record<string, string> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '/': '\\/' };
    const known = short[char];
    if (known && random() < 0.7) return known;
    return Array.from({ length: char.length }, (_, i) => {
      const hex = char.charCodeAt(i).toString(16).padStart(4, '0');
      return `\\u${random() < 0.5 ? hex.toUpperCase() : hex}`;
    }).join('');
  });
  return `"${inner.join('')}"`;
}

const TEXTS = [
  '',
  'gpt-4o-mini',
  'モデル-関所',
  'a"b\\c',
  '\\',
  '\\"',
  '"stream":true,',
  '{"model":"no"}',
  ']}',
  'line\nfeed',
  'é🏯\u2028',
  '/',
];
const NAMES = ['messages', 'temperature', 'metadata', 'n', 'モデル', 'Model', 'streams', ''];

/** Any value; objects in it hold decoys under the names that are looked for. */
export function randomValue(random: Random, depth: number): string {
  const kind = Math.floor(random() * (depth > 0 ? 7 : 5));
  if (kind < 2) return toJsonString(random, pick(random, TEXTS));
  if (kind < 5) return pick(random, ['1', '-0.5e+10', 'true', 'false', 'null', '12345678901234567890']);
  const items = Array.from({ length: Math.floor(random() * 4) }, () => {
    if (kind === 5) return randomValue(random, depth - 1);
    const name = pick(random, [...NAMES, 'model', 'stream', 'stream_options', 'include_usage']);
    return `${toJsonString(random, name)}${space(random)}:${randomValue(random, depth - 1)}`;
  });
  const text = items.map((item) => space(random) + item + space(random)).join(',') || space(random);
  return kind === 5 ? `[${text}]` : `{${text}}`;
}

function streamOptions(random: Random): string {
  const usage = () =>
    `${toJsonString(random, 'include_usage')}:${pick(random, ['true', 'false', 'null', '1'])}`;
  const other = () =>
    `${toJsonString(random, pick(random, ['include_obfuscation', 'x']))}: ${randomValue(random, 1)}`;
  const members = Array.from({ length: Math.floor(random() * 3) }, () =>
    random() < 0.4 ? usage() : other(),
  );
  return random() < 0.15 ? 'null' : `{${space(random)}${members.join(`${space(random)},`)}${space(random)}}`;
}

function tools(random: Random): string {
  const type = () => toJsonString(random, pick(random, ['file_search', 'function', '"file_search"', 'type']));
  const list = Array.from({ length: Math.floor(random() * 3) }, () =>
    random() < 0.8 ? `{${toJsonString(random, 'type')}:${type()}}` : randomValue(random, 2),
  );
  return random() < 0.2 ? randomValue(random, 2) : `[${list.join(',')}]`;
}

/** A request's body: members wanted and not, in any order, some of them twice; `extra` members among them. */
export function randomBody(random: Random, extra: readonly string[] = []): string {
  const members = [...extra];
  const add = (name: string, value: string): void => {
    const text = `${toJsonString(random, name)}${space(random)}:${space(random)}${value}${space(random)}`;
    members.splice(Math.floor(random() * (members.length + 1)), 0, text);
  };
  for (let i = random() * 4; i > 0; i--) add(pick(random, NAMES), randomValue(random, 3));
  for (let i = Math.floor(random() * 3); i > 0; i--)
    add('model', randomValue(random, random() < 0.2 ? 1 : 0));
  for (let i = Math.floor(random() * 3); i > 0; i--)
    add('stream', pick(random, ['true', 'false', 'null', '"true"']));
  for (let i = Math.floor(random() * 2.5); i > 0; i--) add('stream_options', streamOptions(random));
  for (let i = Math.floor(random() * 1.5); i > 0; i--) add('prompt', randomValue(random, 2));
  if (random() < 0.3) add('model', toJsonString(random, 'prompt:関所@1'));
  for (let i = Math.floor(random() * 1.5); i > 0; i--) add('tools', tools(random));
  return `${space(random)}{${members.map((member) => space(random) + member).join(',')}${space(random)}}${space(random)}`;
}

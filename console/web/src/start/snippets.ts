/** Code to copy, with the real address and key in it, and marked where it differs from what an app has today. */
export const SNIPPET_LANGUAGES = ['python', 'javascript', 'curl', 'env'] as const;
export type SnippetLanguage = (typeof SNIPPET_LANGUAGES)[number];

/** `old` lines are what an app has now: shown, never copied. */
export type SnippetLine = { text: string; change: 'none' | 'old' | 'new' };

export type SnippetValues = {
  base_url: string;
  /** undefined = the app keeps its own provider key. */
  api_key: string | undefined;
};

const MODEL = 'gpt-4o-mini';
const OPENAI_URL = 'https://api.openai.com/v1';
const QUESTION = 'Say hello in Japanese.';

const same = (text: string): SnippetLine => ({ text, change: 'none' });
const old = (text: string): SnippetLine => ({ text, change: 'old' });
const fresh = (text: string): SnippetLine => ({ text, change: 'new' });

const WRITERS: Record<SnippetLanguage, (values: SnippetValues) => SnippetLine[]> = {
  python: ({ base_url, api_key }) => [
    same('from openai import OpenAI'),
    same(''),
    old('client = OpenAI()'),
    fresh(`client = OpenAI(base_url="${base_url}"${api_key ? `, api_key="${api_key}"` : ''})`),
    same(''),
    same('reply = client.chat.completions.create('),
    same(`    model="${MODEL}",`),
    same(`    messages=[{"role": "user", "content": "${QUESTION}"}],`),
    same(')'),
    same('print(reply.choices[0].message.content)'),
  ],
  javascript: ({ base_url, api_key }) => [
    same("import OpenAI from 'openai';"),
    same(''),
    old('const client = new OpenAI();'),
    fresh(`const client = new OpenAI({ baseURL: '${base_url}'${api_key ? `, apiKey: '${api_key}'` : ''} });`),
    same(''),
    same('const reply = await client.chat.completions.create({'),
    same(`  model: '${MODEL}',`),
    same(`  messages: [{ role: 'user', content: '${QUESTION}' }],`),
    same('});'),
    same('console.log(reply.choices[0].message.content);'),
  ],
  curl: ({ base_url, api_key }) => [
    old(`curl ${OPENAI_URL}/chat/completions \\`),
    fresh(`curl ${base_url}/chat/completions \\`),
    ...(api_key
      ? [
          old('  -H "Authorization: Bearer $OPENAI_API_KEY" \\'),
          fresh(`  -H "Authorization: Bearer ${api_key}" \\`),
        ]
      : [same('  -H "Authorization: Bearer $OPENAI_API_KEY" \\')]),
    same('  -H "Content-Type: application/json" \\'),
    same(`  -d '{"model": "${MODEL}", "messages": [{"role": "user", "content": "${QUESTION}"}]}'`),
  ],
  env: ({ base_url, api_key }) => [
    fresh(`OPENAI_BASE_URL=${base_url}`),
    ...(api_key ? [fresh(`OPENAI_API_KEY=${api_key}`)] : []),
  ],
};

/** The snippet as lines to show. */
export function toSnippet(language: SnippetLanguage, values: SnippetValues): SnippetLine[] {
  return WRITERS[language](values);
}

/** The snippet as text to paste: the new way only. */
export function toSnippetText(lines: readonly SnippetLine[]): string {
  return lines
    .filter(({ change }) => change !== 'old')
    .map(({ text }) => `${text}\n`)
    .join('');
}

/** Stands in a snippet where there is no key to show. */
export const KEY_PLACEHOLDER = 'YOUR_SEKISHO_KEY';

const SHOWN_START = 14;
const SHOWN_END = 4;

/** A secret as it may stand on a screen: enough to recognise it by. */
export function maskSecret(secret: string): string {
  if (secret === KEY_PLACEHOLDER) return secret;
  if (secret.length <= SHOWN_START + SHOWN_END) return '•'.repeat(secret.length);
  return `${secret.slice(0, SHOWN_START)}••••••••${secret.slice(-SHOWN_END)}`;
}

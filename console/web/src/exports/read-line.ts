/** A line of an export as a person reads it. Pure. */
type Json = Record<string, unknown>;

export type ReadMessage = { role: string; text: string };
export type ReadLine =
  | { kind: 'chat'; messages: ReadMessage[]; answer: ReadMessage | undefined }
  | { kind: 'pair'; messages: ReadMessage[]; preferred: string; other: string }
  | { kind: 'plain'; text: string };

/** Of a chat line its last message is what is learned; what is no JSON (a row of CSV) is shown as it stands. */
export function readLine(line: string): ReadLine {
  const record = parse(line);
  if (!record) return { kind: 'plain', text: line.trimEnd() };
  const input = record['input'];
  if (typeof input === 'object' && input !== null) {
    const [preferred, other] = [record['preferred_output'], record['non_preferred_output']].map(
      (output) => toMessages(output)[0]?.text ?? '',
    );
    return {
      kind: 'pair',
      messages: toMessages((input as Json)['messages']),
      preferred: preferred ?? '',
      other: other ?? '',
    };
  }
  const messages = toMessages(record['messages']);
  if (messages.length === 0) return { kind: 'plain', text: line.trimEnd() };
  return { kind: 'chat', messages: messages.slice(0, -1), answer: messages.at(-1) };
}

function parse(line: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

function toMessages(value: unknown): ReadMessage[] {
  if (!Array.isArray(value)) return [];
  return value.map((message: Json) => ({
    role: typeof message['role'] === 'string' ? message['role'] : '',
    text: [toText(message['content']), ...toCalls(message['tool_calls'])].filter(Boolean).join('\n'),
  }));
}

function toText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: Json) => (typeof part['text'] === 'string' ? part['text'] : JSON.stringify(part)))
    .join('\n');
}

/** `find_order({"id": 1})` */
function toCalls(calls: unknown): string[] {
  if (!Array.isArray(calls)) return [];
  return calls.map((one: { function?: Json }) => {
    const { name, arguments: given } = one.function ?? {};
    return `${String(name ?? '')}(${typeof given === 'string' ? given : JSON.stringify(given ?? {})})`;
  });
}

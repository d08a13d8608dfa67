/**
 * Whether a line would be taken by OpenAI's fine-tuning, as its guides on chat, tool calling and preferences say:
 * known roles, something in each message, each call of a tool answered, the assistant's word last. Reads the line as
 * it would stand in the file.
 */
import { isRefusal, refuse, type Refusal } from './select.ts';

type Json = Record<string, unknown>;
type Rules = {
  /** How arguments of tool calls stand: `text` (JSON in a string) or `object`. */
  arguments: 'text' | 'object';
};

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'];
const FUNCTION_NAME = /^[\w-]{1,64}$/;
export const MAX_LINE_CHARS = 20_000_000;

/** A line with `messages` that end in the answer to learn. */
export function checkChatLine(line: string, rules: Rules = { arguments: 'text' }): Refusal | undefined {
  const record = parseLine(line);
  if (isRefusal(record)) return record;
  const messages = toList(record['messages']);
  return (
    checkMessages(messages, rules) ??
    checkTools(record['tools']) ??
    (messages.at(-1)?.['role'] === 'assistant'
      ? undefined
      : refuse('no_assistant_message', 'is not the last one')) ??
    checkWeights(messages)
  );
}

/** A line with `input`, `preferred_output` and `non_preferred_output`. */
export function checkPairLine(line: string): Refusal | undefined {
  const record = parseLine(line);
  if (isRefusal(record)) return record;
  const input = (record['input'] ?? {}) as Json;
  const asked = toList(input['messages']);
  const outputs = [toList(record['preferred_output']), toList(record['non_preferred_output'])];
  const [preferred, other] = outputs.map(([first]) => first ?? {});
  if (outputs.some((output) => output.length !== 1))
    return refuse('no_assistant_message', 'one in each output');
  if (outputs.some(([message]) => message?.['role'] !== 'assistant')) {
    return refuse('no_assistant_message', 'outputs are the assistant’s');
  }
  if (
    toContentText(preferred) === toContentText(other) &&
    !preferred?.['tool_calls'] &&
    !other?.['tool_calls']
  ) {
    return refuse('identical_pair');
  }
  const rules: Rules = { arguments: 'text' };
  const ends = outputs.map(([output]) => checkMessages([...asked, output ?? {}], rules));
  return ends.find((refusal) => refusal !== undefined) ?? checkTools(input['tools']);
}

function parseLine(line: string): Json | Refusal {
  if (line.length > MAX_LINE_CHARS) return refuse('too_large', `${line.length} characters`);
  if (!line.endsWith('\n') || line.slice(0, -1).includes('\n'))
    return refuse('invalid_json', 'is not one line');
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : refuse('invalid_json', 'is no object');
  } catch {
    return refuse('invalid_json');
  }
}

function checkMessages(messages: readonly Json[], rules: Rules): Refusal | undefined {
  if (messages.length === 0) return refuse('no_messages');
  /** Ids of calls that the next messages have to answer. */
  let open = new Set<unknown>();
  for (const [i, message] of messages.entries()) {
    const at = `message ${i + 1}`;
    const refusal = checkMessage(message, at);
    if (refusal) return refusal;
    if (message['role'] === 'tool') {
      if (!open.delete(message['tool_call_id'])) return refuse('tool_call_unknown', at);
      continue;
    }
    if (open.size > 0) return refuse('tool_call_unanswered', `before ${at}`);
    const calls = toList(message['tool_calls']);
    const wrong = calls.flatMap((call) => checkCall(call, rules, at) ?? []);
    if (wrong[0]) return wrong[0];
    open = new Set(calls.map(({ id }) => id));
    if (open.size < calls.length) return refuse('tool_call_unknown', `${at}: two calls have one id`);
  }
  // Calls of the last message are what is learned: nothing need answer them.
  return undefined;
}

function checkMessage(message: Json, at: string): Refusal | undefined {
  const { role, content, refusal, tool_calls } = message;
  if (typeof role !== 'string' || !ROLES.includes(role))
    return refuse('invalid_role', `${at}: ${String(role)}`);
  if (Array.isArray(content) && content.some((part: Json) => part['type'] === 'input_audio'))
    return refuse('audio', at);
  const hasCalls = toList(tool_calls).length > 0;
  if (hasCalls && role !== 'assistant')
    return refuse('invalid_role', `${at}: only the assistant calls tools`);
  // A tool may well have nothing to say.
  const isEmpty =
    toContentText(message).trim() === '' && !hasImage(content) && !refusal && !hasCalls && role !== 'tool';
  return isEmpty ? refuse('empty_content', `${at}: ${role}`) : undefined;
}

function checkCall({ id, type, function: called }: Json, rules: Rules, at: string): Refusal | undefined {
  if (typeof id !== 'string' || id === '' || type !== 'function')
    return refuse('tool_call_unknown', `${at}: no id`);
  const { name, arguments: given } = (called ?? {}) as Json;
  if (typeof name !== 'string' || !FUNCTION_NAME.test(name))
    return refuse('invalid_tool', `${at}: ${String(name)}`);
  if (rules.arguments === 'object') return isObject(given) ? undefined : refuse('invalid_tool_arguments', at);
  return typeof given === 'string' && isJson(given)
    ? undefined
    : refuse('invalid_tool_arguments', `${at}: ${name}`);
}

function checkTools(tools: unknown): Refusal | undefined {
  if (tools === undefined) return undefined;
  const names = toList(tools).map((tool) => ((tool['function'] ?? {}) as Json)['name']);
  const wrong = names.find((name) => typeof name !== 'string' || !FUNCTION_NAME.test(name));
  if (names.length === 0 || wrong !== undefined) return refuse('invalid_tool', String(wrong));
  return names.length > 128 ? refuse('invalid_tool', 'more than 128 tools') : undefined;
}

function checkWeights(messages: readonly Json[]): Refusal | undefined {
  const weighed = messages.filter((message) => message['weight'] !== undefined);
  const wrong = weighed.find(({ role, weight }) => role !== 'assistant' || (weight !== 0 && weight !== 1));
  if (wrong) return refuse('invalid_weight', `${String(wrong['role'])}: ${String(wrong['weight'])}`);
  const answers = messages.filter(({ role }) => role === 'assistant');
  return answers.every(({ weight }) => weight === 0) ? refuse('nothing_to_learn') : undefined;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const toList = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const hasImage = (content: unknown): boolean => toList(content).some(({ type }) => type === 'image_url');

function toContentText(message: Json | undefined): string {
  const content = message?.['content'];
  if (typeof content === 'string') return content;
  return toList(content)
    .map(({ text, refusal }) => text ?? refusal ?? '')
    .join('');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

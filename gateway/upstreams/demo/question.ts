/** The few things the demo needs to know of a request, whichever endpoint it was sent to. */

export type Json = Readonly<Record<string, unknown>>;
export type Tool = { name: string; parameters: Json };

export type DemoSource = { number: string; text: string };

export type Question = {
  model: string;
  stream: boolean;
  includeUsage: boolean;
  /** Undefined where the request leaves it to the server. */
  obfuscate: boolean | undefined;
  /** Every text of the request, for counting. */
  texts: string[];
  /** The last message, of whatever role. */
  last: string;
  /** The last message was the result of a tool. */
  afterTool: boolean;
  tools: Tool[];
  /** Name of the tool that must be called, `*` for any, `` for none at all, undefined for the model's choice. */
  toolChoice: string | undefined;
  /** Numbered sources that the application gives the model to answer from. */
  sources: DemoSource[];
  /** The JSON schema the answer must follow; `{}` for any object. */
  schema: Json | undefined;
};

export function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The text of a message's content: a string, or parts that have a `text`. */
function toText(content: unknown): string {
  if (typeof content === 'string') return content;
  return asArray(content)
    .map((part) => asText(asObject(part)['text']))
    .filter((text) => text !== '')
    .join('\n');
}

/** One text for each message or input item; a tool's result is its output. */
function toMessageText(item: unknown): string {
  const message = asObject(item);
  return toText(message['content']) || toText(message['output']);
}

/** Paragraphs `[1] name`, newline, text ... of a message that is not the user's. */
function findSources(item: unknown): DemoSource[] {
  const { role } = asObject(item);
  if (role !== 'system' && role !== 'developer') return [];
  const [, ...found] = `\n${toMessageText(item)}`.split(/\n+\[(\d{1,3})\] [^\n]*\n/u);
  return found.flatMap((number, index) =>
    index % 2 === 0 ? [{ number, text: found[index + 1] ?? '' }] : [],
  );
}

function toTools(value: unknown): Tool[] {
  return asArray(value).flatMap((item) => {
    const tool = asObject(item);
    // chat nests the function, responses does not
    const fn = tool['function'] === undefined ? tool : asObject(tool['function']);
    const name = asText(fn['name']);
    return tool['type'] === 'function' && name !== ''
      ? [{ name, parameters: asObject(fn['parameters']) }]
      : [];
  });
}

function toToolChoice(value: unknown): string | undefined {
  if (value === 'none') return '';
  if (value === 'required') return '*';
  const choice = asObject(value);
  return asText(choice['name']) || asText(asObject(choice['function'])['name']) || undefined;
}

function toSchema(body: Json): Json | undefined {
  const format = asObject(body['response_format'] ?? asObject(body['text'])['format']);
  if (format['type'] === 'json_object') return {};
  if (format['type'] !== 'json_schema') return undefined;
  return asObject(format['schema'] ?? asObject(format['json_schema'])['schema']);
}

/** Reads a chat, responses or completions body; what is missing is empty. */
export function toQuestion(body: Json): Question {
  const input = body['messages'] ?? body['input'] ?? body['prompt'];
  const items = typeof input === 'string' ? [{ content: input }] : asArray(input);
  const lastItem = asObject(items.at(-1));
  const options = asObject(body['stream_options']);
  const obfuscate = options['include_obfuscation'];
  const texts = items.map((item) => (typeof item === 'string' ? item : toMessageText(item)));
  return {
    model: asText(body['model']) || 'demo-small',
    stream: body['stream'] === true,
    includeUsage: options['include_usage'] === true,
    obfuscate: typeof obfuscate === 'boolean' ? obfuscate : undefined,
    texts: [asText(body['instructions']), ...texts].filter((text) => text !== ''),
    last: texts.at(-1) ?? '',
    afterTool: lastItem['role'] === 'tool' || lastItem['type'] === 'function_call_output',
    tools: toTools(body['tools']),
    toolChoice: toToolChoice(body['tool_choice']),
    sources: items.flatMap(findSources),
    schema: toSchema(body),
  };
}

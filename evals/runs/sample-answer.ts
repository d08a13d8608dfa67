/** What a model answered, read from either of OpenAI's two shapes into what templates may name. */
import { z } from 'zod';

type Json = Record<string, unknown>;

export type SampleAnswer = {
  /** The namespace `sample` of templates: OpenAI's `output_text`, `output_json`, `output_tools`, `choices`, `model`. */
  scope: Json;
  output_text: string;
  model: string;
  finish_reason: string;
  input_tokens: number;
  output_tokens: number;
};

const count = z.number().int().min(0).catch(0);
const chat = z.object({
  model: z.string().catch(''),
  choices: z
    .array(
      z.looseObject({
        message: z.looseObject({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          tool_calls: z.array(z.looseObject({})).nullish(),
        }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: count, completion_tokens: count }).nullish().catch(null),
});

/** Undefined for what is no chat completion. */
export function readChatAnswer(body: unknown): SampleAnswer | undefined {
  const parsed = chat.safeParse(body);
  const [first] = parsed.success ? parsed.data.choices : [];
  if (!parsed.success || !first) return undefined;
  const { model, choices, usage } = parsed.data;
  const { content, refusal, tool_calls } = first.message;
  return toAnswer({
    text: content ?? refusal ?? '',
    tools: tool_calls ?? [],
    model,
    finish_reason: first.finish_reason ?? '',
    usage: [usage?.prompt_tokens, usage?.completion_tokens],
    choices,
  });
}

const responses = z.object({
  model: z.string().catch(''),
  status: z.string().catch(''),
  incomplete_details: z.object({ reason: z.string() }).nullish().catch(null),
  output: z.array(
    z.looseObject({
      type: z.string(),
      content: z
        .array(z.looseObject({ text: z.string().optional(), refusal: z.string().optional() }))
        .optional(),
    }),
  ),
  usage: z.object({ input_tokens: count, output_tokens: count }).nullish().catch(null),
});

/** Undefined for what is no response. Its function calls are put in chat form, so that templates need one. */
export function readResponsesAnswer(body: unknown): SampleAnswer | undefined {
  const parsed = responses.safeParse(body);
  if (!parsed.success) return undefined;
  const { model, status, incomplete_details, output, usage } = parsed.data;
  const parts = output.flatMap((item) => (item.type === 'message' ? (item.content ?? []) : []));
  const tools = output.flatMap(({ type, call_id, name, arguments: given }) =>
    type === 'function_call' ? [{ id: call_id, type: 'function', function: { name, arguments: given } }] : [],
  );
  return toAnswer({
    text: parts.map(({ text, refusal }) => text ?? refusal ?? '').join(''),
    tools,
    model,
    finish_reason: incomplete_details?.reason ?? (status === 'completed' ? 'stop' : status),
    usage: [usage?.input_tokens, usage?.output_tokens],
    choices: undefined,
  });
}

function toAnswer(said: {
  text: string;
  tools: readonly object[];
  model: string;
  finish_reason: string;
  usage: readonly [number?, number?];
  choices: unknown;
}): SampleAnswer {
  const { text, tools, model, finish_reason, usage, choices } = said;
  const output_json = parseObject(text);
  return {
    scope: {
      output_text: text,
      ...(output_json === undefined ? {} : { output_json }),
      output_tools: tools,
      model,
      finish_reason,
      ...(choices === undefined ? {} : { choices }),
    },
    // Who looks at the item later wants to see what was said, be it only a call of a tool.
    output_text: text === '' && tools.length > 0 ? JSON.stringify(tools) : text,
    model,
    finish_reason,
    input_tokens: usage[0] ?? 0,
    output_tokens: usage[1] ?? 0,
  };
}

/** The JSON object or list that a text is; undefined where it is none. */
export function parseObject(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

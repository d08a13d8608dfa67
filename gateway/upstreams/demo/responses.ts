/** An answer as OpenAI's responses endpoint sends it, whole and as its typed event stream. */
import type {
  Response as FullResponse,
  ResponseCreateParamsBase,
  ResponseFunctionToolCall,
  ResponseOutputItem,
  ResponseOutputMessage,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses';
import { type Answer, type SseEvent, toCallId, toObfuscation } from './answer.ts';

/** `output_text` is made by the SDK, not sent; `access_programs` is not sent to ordinary keys. */
type Response = Omit<FullResponse, 'output_text' | 'access_programs'>;
type Request = Readonly<Record<string, unknown>>;
type Item = ResponseFunctionToolCall | ResponseOutputMessage;
// Omit on a union keeps only common members, so it is spread over each event first.
type Unnumbered = ResponseStreamEvent extends infer Event
  ? Event extends { sequence_number: number }
    ? Omit<Event, 'sequence_number'>
    : never
  : never;

function toItems(answer: Answer): Item[] {
  if (answer.toolCalls.length === 0) {
    const text = answer.pieces.join('');
    return [
      {
        id: `msg_${answer.key}`,
        type: 'message',
        status: 'completed',
        content: [{ type: 'output_text', annotations: [], logprobs: [], text }],
        role: 'assistant',
      },
    ];
  }
  return answer.toolCalls.map((call, index) => ({
    id: `fc_${answer.key}${index}`,
    type: 'function_call',
    status: 'completed',
    arguments: call.arguments,
    call_id: toCallId(answer, index),
    name: call.name,
  }));
}

/** What the request said, with the defaults that OpenAI fills in; strict clients refuse null there. */
function toEcho(request: Request) {
  const given = request as Partial<ResponseCreateParamsBase>;
  return {
    instructions: given.instructions ?? null,
    max_output_tokens: given.max_output_tokens ?? null,
    parallel_tool_calls: given.parallel_tool_calls ?? true,
    previous_response_id: given.previous_response_id ?? null,
    prompt_cache_key: given.prompt_cache_key ?? null,
    reasoning: given.reasoning ?? { effort: null, summary: null },
    safety_identifier: given.safety_identifier ?? null,
    service_tier: 'default' as const,
    store: given.store ?? true,
    temperature: given.temperature ?? 1,
    text: given.text ?? { format: { type: 'text' as const }, verbosity: 'medium' as const },
    tool_choice: given.tool_choice ?? 'auto',
    tools: given.tools ?? [],
    top_logprobs: 0,
    top_p: given.top_p ?? 1,
    truncation: 'disabled' as const,
    metadata: given.metadata ?? {},
    ...(given.user !== undefined && { user: given.user }),
  };
}

/** The response object; without `finished` as the first events of a stream show it. */
export function toResponse(answer: Answer, request: Request, finished = true): Response {
  const { usage } = answer;
  return {
    id: `resp_${answer.key}`,
    object: 'response',
    created_at: answer.created,
    status: finished ? 'completed' : 'in_progress',
    background: false,
    completed_at: finished ? answer.created : null,
    error: null,
    incomplete_details: null,
    model: answer.model,
    output: finished ? toItems(answer) : [],
    ...toEcho(request),
    ...(finished && {
      usage: {
        input_tokens: usage.input,
        input_tokens_details: { cached_tokens: usage.cached, cache_write_tokens: 0 },
        output_tokens: usage.output,
        output_tokens_details: { reasoning_tokens: usage.reasoning },
        total_tokens: usage.input + usage.output,
      },
    }),
  };
}

function toMessageEvents(answer: Answer, item: ResponseOutputMessage, obfuscate: boolean): Unnumbered[] {
  const at = { item_id: item.id, output_index: 0, content_index: 0 };
  const empty = { type: 'output_text' as const, annotations: [], logprobs: [], text: '' };
  const full = { ...empty, text: answer.pieces.join('') };
  return [
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...item, status: 'in_progress', content: [] },
    },
    { type: 'response.content_part.added', ...at, part: empty },
    ...answer.pieces.map((delta, index) => ({
      type: 'response.output_text.delta' as const,
      ...at,
      delta,
      logprobs: [],
      ...(obfuscate && { obfuscation: toObfuscation(answer, index) }),
    })),
    { type: 'response.output_text.done', ...at, text: full.text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part: full },
    { type: 'response.output_item.done', output_index: 0, item },
  ];
}

function toCallEvents(
  answer: Answer,
  item: ResponseFunctionToolCall,
  index: number,
  obfuscate: boolean,
): Unnumbered[] {
  const at = { item_id: `fc_${answer.key}${index}`, output_index: index };
  const pieces = item.arguments.match(/[^]{1,12}/gu) ?? [];
  return [
    {
      type: 'response.output_item.added',
      output_index: index,
      item: { ...item, status: 'in_progress', arguments: '' },
    },
    ...pieces.map((delta, piece) => ({
      type: 'response.function_call_arguments.delta' as const,
      ...at,
      delta,
      ...(obfuscate && { obfuscation: toObfuscation(answer, piece) }),
    })),
    {
      type: 'response.function_call_arguments.done',
      ...at,
      arguments: item.arguments,
    },
    { type: 'response.output_item.done', output_index: index, item: item satisfies ResponseOutputItem },
  ];
}

/** The typed events of a streamed response, numbered from 0; this endpoint sends no `[DONE]`. */
export function toResponseEvents(
  answer: Answer,
  request: Request,
  options: { obfuscate: boolean },
): SseEvent[] {
  const begun = toResponse(answer, request, false) as FullResponse;
  const done = toResponse(answer, request) as FullResponse;
  const events: Unnumbered[] = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    ...toItems(answer).flatMap((item, index) =>
      item.type === 'message'
        ? toMessageEvents(answer, item, options.obfuscate)
        : toCallEvents(answer, item, index, options.obfuscate),
    ),
    { type: 'response.completed', response: done },
  ];
  return events.map((event, index) => ({ name: event.type, data: { ...event, sequence_number: index } }));
}

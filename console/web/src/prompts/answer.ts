/** An answer put together from the chunks of a streamed chat completion. */
export type Answer = {
  text: string;
  /** Tools it asked for: name and arguments, as far as they have come. */
  tool_calls: { name: string; arguments: string }[];
  input_tokens: number | undefined;
  output_tokens: number | undefined;
  /** `stop` is the ordinary end. */
  finish_reason: string;
};

export const NO_ANSWER: Answer = {
  text: '',
  tool_calls: [],
  input_tokens: undefined,
  output_tokens: undefined,
  finish_reason: '',
};

type ToolDelta = { index?: number; function?: { name?: string; arguments?: string } };
type Chunk = {
  choices?: {
    delta?: { content?: string | null; tool_calls?: ToolDelta[] };
    finish_reason?: string | null;
  }[];
  usage?: { prompt_tokens?: number; completion_tokens?: number } | null;
  error?: { message?: string; code?: string };
};

/** An error that came in the middle of the stream, in the words of the server. */
export class AnswerError extends Error {
  override name = 'AnswerError';
}

/** The answer with one event more (`data` of it). @throws AnswerError where the event is an error */
export function addChunk(answer: Answer, data: string): Answer {
  if (data === '[DONE]') return answer;
  const chunk = JSON.parse(data) as Chunk;
  if (chunk.error) throw new AnswerError(chunk.error.message ?? chunk.error.code ?? data);
  const choice = chunk.choices?.[0];
  return {
    text: answer.text + (choice?.delta?.content ?? ''),
    tool_calls: addToolCalls(answer.tool_calls, choice?.delta?.tool_calls ?? []),
    input_tokens: chunk.usage?.prompt_tokens ?? answer.input_tokens,
    output_tokens: chunk.usage?.completion_tokens ?? answer.output_tokens,
    finish_reason: choice?.finish_reason ?? answer.finish_reason,
  };
}

function addToolCalls(calls: Answer['tool_calls'], deltas: readonly ToolDelta[]): Answer['tool_calls'] {
  if (deltas.length === 0) return calls;
  const result = [...calls];
  for (const { index = 0, function: part } of deltas) {
    const before = result[index] ?? { name: '', arguments: '' };
    result[index] = {
      name: before.name + (part?.name ?? ''),
      arguments: before.arguments + (part?.arguments ?? ''),
    };
  }
  return result;
}

/** What stands in a cell: the text, then the tools asked for. */
export function toShownText({ text, tool_calls }: Answer): string {
  const calls = tool_calls.map((one) => `${one.name}(${one.arguments})`);
  return [text, ...calls].filter(Boolean).join('\n');
}

/** Generates the sample that is graded: asks a model, or a managed prompt, what an item says to ask. */
import type { RunDataSource } from '../../collector/record/eval.ts';
import type { RegistryView } from '../../collector/registry/view.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { findMessage } from '../graders/judge-answer.ts';
import type { Scope } from '../graders/scope.ts';
import { GradeError } from '../graders/verdict.ts';
import type { RunItem } from './items.ts';
import type { Generation } from './run.ts';
import { readChatAnswer, readResponsesAnswer, type SampleAnswer } from './sample-answer.ts';
import { toPromptMember } from './sample-prompt.ts';
import { toAskedMessages } from './sample-messages.ts';
import { toParams } from './sample-params.ts';

type Json = Record<string, unknown>;

export type Sample = SampleAnswer & {
  /** What was sent, in chat form. */
  input: Json[];
  /** The call that was made; '' where the gateway did not say. */
  trace_id: string;
  span_id: string;
  duration_ms: number;
};

/** Whether the run asks anything; otherwise what is there already is graded. */
export function isGenerating(source: RunDataSource): source is Generation {
  return source.type !== 'jsonl' && Boolean(source.model ?? source.prompt);
}

export type SampleTools = {
  gateway: GatewayClient;
  registry: RegistryView;
  project_id: string;
  signal: AbortSignal;
};

/**
 * One answer to `item`. @throws GradeError where the item cannot be asked, or what was asked is refused; Error when
 * the gateway cannot be reached
 */
export async function generateSample(source: Generation, item: RunItem, tools: SampleTools): Promise<Sample> {
  const scope: Scope = { item: item.item, sample: {} };
  const prompt = toPromptMember(source, scope, tools);
  const messages = toAskedMessages(source, scope, prompt);
  const isChat = source.type === 'completions';
  const body = {
    ...(source.model ? { model: source.model } : {}),
    ...(prompt ? { prompt: prompt.member } : {}),
    ...(messages.length > 0 || !prompt ? { [isChat ? 'messages' : 'input']: messages } : {}),
    ...toParams(source, item.item),
    // What is only asked to be judged is not for the provider to keep.
    ...(isChat ? {} : { store: false }),
  };
  const started = performance.now();
  const { gateway, project_id, signal } = tools;
  const path = isChat ? '/v1/chat/completions' : '/v1/responses';
  const answer = await gateway.ask({ project_id, path, body, purpose: 'sample', signal });
  const who = source.model ?? `the prompt ${source.prompt?.id}`;
  if (answer.status !== 200) {
    throw new GradeError('judge_failed', `${who} answered ${answer.status}: ${findMessage(answer.body)}`);
  }
  const read = (isChat ? readChatAnswer : readResponsesAnswer)(answer.body);
  if (!read) throw new GradeError('judge_unreadable', `${who} gave no answer that could be read.`);
  const { trace_id, span_id } = answer;
  const duration_ms = Math.round(performance.now() - started);
  return { ...read, input: messages, trace_id, span_id, duration_ms };
}

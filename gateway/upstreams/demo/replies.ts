/** One reply per endpoint of the demo. */
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Answer, SseEvent } from './answer.ts';
import { toChatCompletion, toChatEvents } from './chat.ts';
import { toTextCompletion, toTextCompletionEvents } from './completions.ts';
import { toEmbeddingList, toVector } from './embeddings.ts';
import { asArray, type Json, type Question, toQuestion } from './question.ts';
import { toResponse, toResponseEvents } from './responses.ts';
import { createRandom } from './seed.ts';
import { type Pace, sendEvents, sendJson } from './send.ts';
import { countTokens } from './tokens.ts';
import { CUT_MODEL, SLOW_MODEL } from './trouble.ts';
import { toPieces, toText, toToolCalls } from './words.ts';

const SLOW_FIRST_MS = 4000;
const SLOW_BETWEEN_MS = 120;
const CUT_SHARE = 0.4;
const DEFAULT_DIMENSIONS = 1536;
const MAX_DIMENSIONS = 3072;
const CACHE_FROM_TOKENS = 1024;
const CACHE_STEP_TOKENS = 128;

export type DemoCall = {
  path: string;
  body: Json;
  /** The same for the same request: the pace follows from it. */
  seed: number;
  response: ServerResponse;
};

function toPace(model: string, seed: number): Pace {
  const random = createRandom(seed);
  const slow = model === SLOW_MODEL;
  return {
    first: slow ? SLOW_FIRST_MS : 20 + Math.floor(random() * 60),
    between: slow ? SLOW_BETWEEN_MS : 4 + Math.floor(random() * 8),
    ...(model === CUT_MODEL && { cutAt: CUT_SHARE }),
  };
}

function toAnswer(question: Question): Answer {
  const toolCalls = toToolCalls(question);
  const pieces = toolCalls.length > 0 ? [] : toPieces(toText(question));
  const written = pieces.join('') + toolCalls.map((call) => call.name + call.arguments).join('');
  const input = question.texts.reduce((sum, text) => sum + countTokens(text) + 4, 3);
  const cached = input >= CACHE_FROM_TOKENS ? input - (input % CACHE_STEP_TOKENS) : 0;
  return {
    // ids are new for every call, as a provider's are: people look calls up by them
    key: randomBytes(12).toString('hex'),
    created: Math.floor(Date.now() / 1000),
    model: question.model,
    pieces,
    toolCalls,
    usage: { input, cached, output: countTokens(written), reasoning: 0 },
  };
}

const PATHS: ReadonlySet<string> = new Set([
  '/v1/chat/completions',
  '/v1/responses',
  '/v1/completions',
  '/v1/embeddings',
]);

/** Whether the demo answers calls of that path. */
export function isAnswered(path: string): boolean {
  return PATHS.has(path);
}

type Shape = { whole(): unknown; events(): SseEvent[] };

function toShape(path: string, answer: Answer, question: Question, body: Json): Shape | undefined {
  const { includeUsage, obfuscate = true } = question;
  switch (path) {
    case '/v1/chat/completions':
      return {
        whole: () => toChatCompletion(answer),
        events: () => toChatEvents(answer, { includeUsage, obfuscate }),
      };
    case '/v1/responses':
      return {
        whole: () => toResponse(answer, body),
        events: () => toResponseEvents(answer, body, { obfuscate }),
      };
    case '/v1/completions':
      return {
        whole: () => toTextCompletion(answer),
        events: () => toTextCompletionEvents(answer, { includeUsage }),
      };
    default:
      return undefined;
  }
}

/** The texts of an embeddings input; an array of token numbers is one text. */
function toInputs(input: unknown): string[] {
  if (typeof input === 'string') return [input];
  const items = asArray(input);
  if (items.every((item) => typeof item === 'number')) return items.length > 0 ? [items.join(' ')] : [];
  return items.map((item) => (typeof item === 'string' ? item : asArray(item).join(' ')));
}

function answerEmbeddings({ body, seed, response }: DemoCall): void {
  const inputs = toInputs(body['input']);
  const wanted = Number(body['dimensions'] ?? DEFAULT_DIMENSIONS);
  const dimensions = Number.isInteger(wanted)
    ? Math.min(Math.max(wanted, 1), MAX_DIMENSIONS)
    : DEFAULT_DIMENSIONS;
  const model = typeof body['model'] === 'string' ? body['model'] : 'demo-embedding';
  const list = toEmbeddingList(
    inputs.map((text) => toVector(text, dimensions)),
    {
      model,
      tokens: inputs.reduce((sum, text) => sum + countTokens(text), 0),
      base64: body['encoding_format'] === 'base64',
    },
  );
  sendJson(response, 200, list, toPace(model, seed));
}

/** Answers a call whose path `isAnswered`. */
export function answerCall(call: DemoCall): void {
  const { path, body, seed, response } = call;
  if (path === '/v1/embeddings') return answerEmbeddings(call);
  const question = toQuestion(body);
  const answer = toAnswer(question);
  const shape = toShape(path, answer, question, body);
  if (shape === undefined) return;
  const pace = toPace(question.model, seed);
  if (question.stream) {
    sendEvents(response, shape.events(), pace);
  } else {
    // the whole answer takes as long as the stream would have
    sendJson(response, 200, shape.whole(), {
      ...pace,
      first: pace.first + pace.between * answer.pieces.length,
    });
  }
}

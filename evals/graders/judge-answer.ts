/** What a judge said, out of a chat completion: an object as asked for, or what can be read without guessing. */
import { z } from 'zod';
import { GradeError } from './verdict.ts';

const completion = z.object({
  choices: z
    .array(z.object({ message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }) }))
    .min(1),
});

const OPEN_THOUGHT = '<think>';
const CLOSE_THOUGHT = '</think>';
/** Braces without an end before the rest of an answer is no longer looked at: each of them costs a look at all of it. */
const MAX_LOOSE_BRACES = 50;

/** The text of a chat completion. @throws GradeError judge_failed for a refusal, judge_unreadable for none */
export function toJudgeText(model: string, body: unknown): string {
  const parsed = completion.safeParse(body);
  const message = parsed.success ? parsed.data.choices[0]?.message : undefined;
  if (message?.refusal)
    throw new GradeError('judge_failed', `${model} refused to judge: ${shorten(message.refusal)}`);
  if (!message?.content)
    throw new GradeError('judge_unreadable', `${model} gave no answer that could be read.`);
  // What a reasoning model thinks aloud is not its verdict.
  return withoutThoughts(message.content);
}

/** By search, not by a pattern: one that begins at every mark would look for the end of each. */
function withoutThoughts(text: string): string {
  const kept: string[] = [];
  for (let from = 0; ;) {
    const start = text.indexOf(OPEN_THOUGHT, from);
    const end = start === -1 ? -1 : text.indexOf(CLOSE_THOUGHT, start);
    if (end === -1) return kept.concat(text.slice(from)).join('');
    kept.push(text.slice(from, start));
    from = end + CLOSE_THOUGHT.length;
  }
}

/**
 * The JSON object in `text` that has `member`, also within other words or a code fence; undefined where there is none,
 * or where two say different things (one of them may be a quotation of what was judged).
 */
export function findObject(text: string, member: string): Record<string, unknown> | undefined {
  const found = listObjects(text).filter((object) => Object.hasOwn(object, member));
  const values = new Set(found.map((object) => JSON.stringify(object[member])));
  return values.size === 1 ? found.at(-1) : undefined;
}

function listObjects(text: string): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  let loose = 0;
  for (let start = text.indexOf('{'); start !== -1; start = text.indexOf('{', start + 1)) {
    const end = findEnd(text, start);
    const value = end === undefined ? undefined : parseJson(text.slice(start, end + 1));
    if (end === undefined || value === null || typeof value !== 'object') {
      if (++loose > MAX_LOOSE_BRACES) return found;
      continue;
    }
    found.push(value as Record<string, unknown>);
    start = end;
  }
  return found;
}

/** Index of the brace that closes the one at `start`. */
function findEnd(text: string, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let index = start; index < text.length; index++) {
    const letter = text[index];
    if (inString && letter === '\\') index++;
    else if (letter === '"') inString = !inString;
    else if (!inString && letter === '{') depth++;
    else if (!inString && letter === '}' && --depth === 0) return index;
  }
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The one number in `text`; undefined where there is none or it would be a guess which. */
export function findNumber(text: string): number | undefined {
  const numbers = text.match(/(?<![\w.])-?\d+(?:\.\d+)?(?![\w%]|\.\d)/g) ?? [];
  return numbers.length === 1 ? Number(numbers[0]) : undefined;
}

/** The error for an answer with another status than 200, in the words of whoever gave it. */
export function toAnswerError(
  model: string,
  { status, body }: { status: number; body: unknown },
): GradeError {
  return new GradeError('judge_failed', `${model} answered ${status}: ${findMessage(body)}`);
}

/** The message of an error body in OpenAI's shape. */
export function findMessage(body: unknown): string {
  const error = (body as { error?: { message?: unknown } | string } | undefined)?.error;
  const message = typeof error === 'string' ? error : error?.message;
  return typeof message === 'string' && message !== '' ? shorten(message) : 'no reason given';
}

const MAX_QUOTED = 300;
export const shorten = (text: string): string =>
  text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;

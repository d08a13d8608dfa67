/** What the simulated model says when it is asked to judge: the same for the same, and mostly kind. */
import { inventValue } from './invent.ts';
import { isJapanese } from './japanese.ts';
import { asArray, asObject, type Json, type Question } from './question.ts';
import { createRandom, hashText } from './seed.ts';

const RANGE = /\bfrom (-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)/u;
const KIND_SHARE = 0.7;
const LOWEST_SHARE = 0.3;
/** A range as wide as this is of whole points. */
const WHOLE_FROM = 4;

/** An object of `schema` with a judgement in it; undefined where neither a score nor a label is asked for. */
export function findJudgement(schema: Json, question: Question): Json | undefined {
  const properties = asObject(schema['properties']);
  const score = asObject(properties['score']);
  const labels = asArray(asObject(properties['label'])['enum']);
  const hasScore = score['type'] === 'number' || score['type'] === 'integer';
  if (!hasScore && labels.length === 0) return undefined;
  const random = createRandom(hashText(question.texts.join('\n')));
  const share = LOWEST_SHARE + (1 - LOWEST_SHARE) * random();
  const label = random() < KIND_SHARE ? labels[0] : labels[Math.floor(random() * labels.length)];
  return {
    ...asObject(inventValue(schema, question.last)),
    ...('reasoning' in properties && { reasoning: toReasoning(question.last) }),
    ...(hasScore && { score: toScore(score, question, share) }),
    ...(labels.length > 0 && { label }),
  };
}

/** Within the schema's bounds, else within those that the question names, else from 0 to 1. */
function toScore(schema: Json, { texts }: Question, share: number): number {
  const [, from, to] = RANGE.exec(texts.join('\n')) ?? [];
  const low = Number(schema['minimum'] ?? from ?? 0);
  const high = Number(schema['maximum'] ?? to ?? 1);
  const value = low + (high - low) * share;
  const isWhole = schema['type'] === 'integer' || high - low >= WHOLE_FROM;
  return isWhole ? Math.round(value) : Math.round(value * 100) / 100;
}

function toReasoning(last: string): string {
  return isJapanese(last)
    ? 'シミュレーション：本物の審査モデルであれば、ここに判断の理由が入ります。'
    : 'Simulated: a real judge would say here what speaks for and against the answer.';
}

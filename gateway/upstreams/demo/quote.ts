/** An answer from the sources that came with the question: the sentence that is most like it, cited. */
import { toFeatures } from './embeddings.ts';
import { isJapanese } from './japanese.ts';
import type { Question } from './question.ts';

const MAX_CHARS = 200;
const SENTENCE_END = /(?<=[.!?。！？])\s*|\n+/u;
/** Single letters say nothing. */
const MIN_FEATURE = 2;

/** Undefined where no sources came along. */
export function quoteSource({ sources, last }: Question): string | undefined {
  const wanted = new Set(toFeatures(last).filter((feature) => feature.length >= MIN_FEATURE));
  const sentences = sources.flatMap(({ number, text }) =>
    text.split(SENTENCE_END).map((sentence) => ({ number, sentence: sentence.trim() })),
  );
  const rated = sentences
    .filter(({ sentence }) => sentence !== '')
    .map((each) => ({ ...each, score: countShared(each.sentence, wanted) }));
  const [best] = rated.toSorted((a, b) => b.score - a.score);
  if (!best) return undefined;
  const said = [...best.sentence].slice(0, MAX_CHARS).join('');
  return isJapanese(last)
    ? `［シミュレーション］資料には「${said}」とあります[${best.number}]。`
    : `[Simulated answer] The sources say: "${said}" [${best.number}]`;
}

function countShared(sentence: string, wanted: ReadonlySet<string>): number {
  return new Set(toFeatures(sentence).filter((feature) => wanted.has(feature))).size;
}

/** `text_similarity`: how alike two texts are, by letters (`fuzzy_match`) or by meaning (`cosine` of embeddings). */
import { z } from 'zod';
import type { textSimilarity } from '../../collector/record/grader.ts';
import { toAnswerError } from './judge-answer.ts';
import { fillIn, type Scope } from './scope.ts';
import { cosineSimilarity, indelSimilarity } from './similarity.ts';
import { GradeError, type GraderTools, type Verdict } from './verdict.ts';

type TextSimilarity = z.infer<typeof textSimilarity>;

/** The work grows with the product of both lengths: this keeps one item within a fraction of a second. */
const MAX_FUZZY_LENGTH = 50_000;

const embeddings = z.object({
  data: z.array(z.object({ index: z.number(), embedding: z.array(z.number()).min(1) })).length(2),
});

/** Passes from `pass_threshold` on. @throws GradeError */
export async function gradeTextSimilarity(
  grader: TextSimilarity,
  scope: Scope,
  tools: GraderTools,
): Promise<Verdict> {
  const texts = [fillIn(grader.input, scope), fillIn(grader.reference, scope)] as const;
  const score =
    grader.evaluation_metric === 'fuzzy_match'
      ? compareLetters(...texts)
      : await compareMeaning(grader, texts, tools);
  return { score, passed: score >= grader.pass_threshold, label: '', reason: '' };
}

function compareLetters(input: string, reference: string): number {
  if (Math.max(input.length, reference.length) > MAX_FUZZY_LENGTH) {
    throw new GradeError(
      'invalid_grader',
      `fuzzy_match compares texts of at most ${MAX_FUZZY_LENGTH} characters.`,
    );
  }
  return indelSimilarity(input, reference);
}

async function compareMeaning(
  grader: TextSimilarity,
  [input, reference]: readonly [string, string],
  { ask, embeddingModel }: GraderTools,
): Promise<number> {
  // An embedding of nothing does not exist.
  if (input === '' || reference === '') return input === reference ? 1 : 0;
  const model = grader.model ?? embeddingModel;
  if (model === '') {
    throw new GradeError(
      'invalid_grader',
      'cosine needs an embedding model: name one, or set SEKISHO_EMBEDDING_MODEL.',
    );
  }
  const body = { model, input: [input, reference], encoding_format: 'float' };
  const answer = await ask({ path: '/v1/embeddings', body, purpose: 'embedding' });
  if (answer.status !== 200) throw toAnswerError(model, answer);
  const found = embeddings.safeParse(answer.body);
  const [a, b] = found.success ? found.data.data.toSorted((x, y) => x.index - y.index) : [];
  if (!a || a.embedding.length !== b?.embedding.length) {
    throw new GradeError('judge_unreadable', `${model} did not answer with two embeddings of one length.`);
  }
  return cosineSimilarity(a.embedding, b.embedding);
}

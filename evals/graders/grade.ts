/** All graders over one item. */
import type { GraderResult } from '../../collector/record/eval.ts';
import type { Grader } from '../../collector/record/grader.ts';
import { gradeLabelModel } from './label-model.ts';
import type { Scope } from './scope.ts';
import { gradeScoreModel } from './score-model.ts';
import { gradeStringCheck } from './string-check.ts';
import { gradeTextSimilarity } from './text-similarity.ts';
import { GradeError, type GraderTools, type Verdict } from './verdict.ts';

/** One grader's word. @throws GradeError; whatever `tools.ask` throws */
export function gradeOne(grader: Grader, scope: Scope, tools: GraderTools): Promise<Verdict> | Verdict {
  switch (grader.type) {
    case 'string_check':
      return gradeStringCheck(grader, scope);
    case 'text_similarity':
      return gradeTextSimilarity(grader, scope, tools);
    case 'score_model':
      return gradeScoreModel(grader, scope, tools);
    case 'label_model':
      return gradeLabelModel(grader, scope, tools);
  }
}

/**
 * What every grader says of one item, in their order. A grader that fails says why in its result, and the others are
 * heard all the same. It reads and writes nothing but through `tools.ask`. @throws whatever `tools.ask` throws
 */
export async function gradeItem(
  graders: readonly Grader[],
  scope: Scope,
  tools: GraderTools,
): Promise<GraderResult[]> {
  const results: GraderResult[] = [];
  for (const grader of graders) {
    const { name, type } = grader;
    try {
      results.push({ name, type, ...(await gradeOne(grader, scope, tools)), error: false });
    } catch (error) {
      if (!(error instanceof GradeError)) throw error;
      results.push({ name, type, score: null, passed: false, label: '', reason: error.message, error: true });
    }
  }
  return results;
}

/** An item passes where every grader passes it, and is in error where one failed. */
export function toItemStatus(results: readonly GraderResult[]): 'pass' | 'fail' | 'error' {
  if (results.some(({ error }) => error)) return 'error';
  return results.every(({ passed }) => passed) ? 'pass' : 'fail';
}

/** `score_model`: a model gives points within a range. */
import type { z } from 'zod';
import type { scoreModel } from '../../collector/record/grader.ts';
import { askJudge } from './judge.ts';
import { findNumber, findObject } from './judge-answer.ts';
import type { Scope } from './scope.ts';
import type { GraderTools, Verdict } from './verdict.ts';

type ScoreModel = z.infer<typeof scoreModel>;
type Points = { score: number; reasoning: string };

/** Passes from `pass_threshold` on, by default the middle of the range. @throws GradeError */
export async function gradeScoreModel(
  grader: ScoreModel,
  scope: Scope,
  tools: GraderTools,
): Promise<Verdict> {
  const [low, high] = grader.range;
  const { score, reasoning } = await askJudge<Points>(
    {
      ...grader,
      instruction: `Answer with a JSON object {"reasoning": "why, in short", "score": a number from ${low} to ${high}}.`,
      schema: {
        type: 'object',
        properties: { reasoning: { type: 'string' }, score: { type: 'number' } },
        required: ['reasoning', 'score'],
        additionalProperties: false,
      },
      read: (text) => readPoints(text, low, high),
    },
    scope,
    tools,
  );
  const threshold = grader.pass_threshold ?? (low + high) / 2;
  return { score, passed: score >= threshold, label: '', reason: reasoning };
}

/** Points outside of the range are as unreadable as none: what the judge meant by them nobody knows. */
function readPoints(text: string, low: number, high: number): Points | undefined {
  const object = findObject(text, 'score');
  const said = object?.['score'];
  const score = typeof said === 'number' ? said : findNumber(typeof said === 'string' ? said : text);
  if (typeof score !== 'number' || !(score >= low && score <= high)) return undefined;
  const reasoning = object?.['reasoning'];
  return { score, reasoning: typeof reasoning === 'string' ? reasoning : object ? '' : text.trim() };
}

/** `string_check`: two texts compared. OpenAI's `like` is "contains", minding case; `ilike` does not mind it. */
import type { z } from 'zod';
import type { stringCheck } from '../../collector/record/grader.ts';
import { fillIn, type Scope } from './scope.ts';
import type { Verdict } from './verdict.ts';

type StringCheck = z.infer<typeof stringCheck>;

const OPERATIONS: Record<StringCheck['operation'], (input: string, reference: string) => boolean> = {
  eq: (input, reference) => input === reference,
  ne: (input, reference) => input !== reference,
  like: (input, reference) => input.includes(reference),
  ilike: (input, reference) => input.toLowerCase().includes(reference.toLowerCase()),
};

/** 1 where it holds, else 0. @throws GradeError invalid_variable */
export function gradeStringCheck(grader: StringCheck, scope: Scope): Verdict {
  const passed = OPERATIONS[grader.operation](fillIn(grader.input, scope), fillIn(grader.reference, scope));
  return { score: passed ? 1 : 0, passed, label: '', reason: '' };
}

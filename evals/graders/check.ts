/** Whether a set of criteria makes sense, before anything runs: what their schemas cannot say. */
import type { Grader } from '../../collector/record/grader.ts';
import { AppError } from '../../errors.ts';
import { findTemplateFault, toContentText } from './scope.ts';

/** Names of an item's properties; undefined where an item may have any. */
export function toItemFields(item_schema: Record<string, unknown>): string[] | undefined {
  const { properties, additionalProperties } = item_schema;
  if (properties === null || typeof properties !== 'object' || additionalProperties === true)
    return undefined;
  const names = Object.keys(properties);
  return names.length > 0 ? names : undefined;
}

/** @throws AppError invalid_body that names the criterion and what is wrong with it */
export function checkCriteria(criteria: readonly Grader[], fields?: readonly string[]): void {
  const names = new Set<string>();
  for (const [index, grader] of criteria.entries()) {
    const fault = names.has(grader.name) ? 'two criteria have this name' : findFault(grader, fields);
    if (fault) {
      const param = `testing_criteria.${index}`;
      throw new AppError('invalid_body', `${param} (${grader.name}): ${fault}`, { param });
    }
    names.add(grader.name);
  }
}

function findFault(grader: Grader, fields?: readonly string[]): string | undefined {
  switch (grader.type) {
    case 'string_check':
    case 'text_similarity':
      return findTemplateFault(grader.input, fields) ?? findTemplateFault(grader.reference, fields);
    case 'score_model': {
      const [low, high] = grader.range;
      if (!(low < high)) return 'range: the first number must be below the second';
      const threshold = grader.pass_threshold ?? low;
      if (threshold < low || threshold > high) return 'pass_threshold: lies outside of range';
      return findMessageFault(grader.input, fields);
    }
    case 'label_model': {
      const strange = grader.passing_labels.find((label) => !grader.labels.includes(label));
      if (strange !== undefined) return `passing_labels: ${JSON.stringify(strange)} is none of the labels`;
      return findMessageFault(grader.input, fields);
    }
  }
}

type Messages = Extract<Grader, { type: 'label_model' }>['input'];

function findMessageFault(input: Messages, fields?: readonly string[]): string | undefined {
  return input.map((message) => findTemplateFault(toContentText(message), fields)).find(Boolean);
}

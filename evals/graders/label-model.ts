/** `label_model`: a model chooses one of the labels; some of them pass. */
import type { z } from 'zod';
import type { labelModel } from '../../collector/record/grader.ts';
import { askJudge } from './judge.ts';
import { findObject } from './judge-answer.ts';
import type { Scope } from './scope.ts';
import type { GraderTools, Verdict } from './verdict.ts';

type LabelModel = z.infer<typeof labelModel>;
/** Of an answer that is read as a label although it is no object. */
const MAX_BARE_CHARS = 2_000;

type Choice = { label: string; reasoning: string };

/** 1 for a passing label, else 0. @throws GradeError */
export async function gradeLabelModel(
  grader: LabelModel,
  scope: Scope,
  tools: GraderTools,
): Promise<Verdict> {
  const { labels } = grader;
  const { label, reasoning } = await askJudge<Choice>(
    {
      ...grader,
      instruction:
        `Choose one of these labels: ${JSON.stringify(labels)}. ` +
        'Answer with a JSON object {"reasoning": "why, in short", "label": "the label"}.',
      schema: {
        type: 'object',
        properties: { reasoning: { type: 'string' }, label: { type: 'string', enum: labels } },
        required: ['reasoning', 'label'],
        additionalProperties: false,
      },
      read: (text) => readChoice(text, labels),
    },
    scope,
    tools,
  );
  const passed = grader.passing_labels.includes(label);
  return { score: passed ? 1 : 0, passed, label, reason: reasoning };
}

function readChoice(text: string, labels: readonly string[]): Choice | undefined {
  const object = findObject(text, 'label');
  const said = object ? object['label'] : toBare(text);
  if (typeof said !== 'string') return undefined;
  const label = labels.find((each) => each === said) ?? findOnly(labels, said);
  const reasoning = object?.['reasoning'];
  return label === undefined
    ? undefined
    : { label, reasoning: typeof reasoning === 'string' ? reasoning : '' };
}

/** Without the quotes and stars around it; undefined for what is too long to be a label alone. */
const toBare = (text: string): string | undefined =>
  text.length > MAX_BARE_CHARS ? undefined : text.replace(/^[\s"'`*]+|[\s"'`*.]+$/g, '');

/** The label that `said` is but for case and spaces around it; undefined where that fits two. */
function findOnly(labels: readonly string[], said: string): string | undefined {
  const plain = said.trim().toLowerCase();
  const fitting = labels.filter((label) => label.trim().toLowerCase() === plain);
  return fitting.length === 1 ? fitting[0] : undefined;
}

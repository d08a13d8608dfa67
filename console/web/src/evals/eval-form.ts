/** An evaluation as it is written: what is sent, and what is remembered of where its items come from. Pure. */
import type { createEval, EvalObject } from '../../../contract/evals.ts';
import { parseCallSource, toSourceQuery } from '../calls/call-source.ts';
import type { CallArgs } from '../client/call.ts';
import { findProblem, type Criterion } from './criteria.ts';
import { toItemSchema, type Item } from './placeholders.ts';
import { createRunDraft, findRunDraft, type RunDraft } from './run-source.ts';
import type { ItemSource } from './use-sample-items.ts';

/** Members of an evaluation's metadata in which the page remembers its items; an app may leave them out. */
const DATASET = 'dataset_id';
const CALLS = 'calls';
/** Of a value of metadata. */
const MOST = 512;

export type EvalForm = { name: string; source: ItemSource; criteria: Criterion[] };

export type FormProblem = 'name' | 'items' | 'criteria' | 'criterion';

export function findFormProblem({ name, source, criteria }: EvalForm): FormProblem | undefined {
  if (name.trim() === '') return 'name';
  if (source.from === 'dataset' && source.dataset_id === '') return 'items';
  if (criteria.length === 0) return 'criteria';
  return criteria.some((one) => findProblem(one, criteria)) ? 'criterion' : undefined;
}

/** The body of `POST /evals`. */
export function toEvalBody(
  { name, source, criteria }: EvalForm,
  item: Item | undefined,
): CallArgs<typeof createEval>['body'] {
  return {
    name: name.trim(),
    metadata: toMetadata(source),
    data_source_config:
      source.from === 'calls'
        ? { type: 'logs' }
        : { type: 'custom', item_schema: toItemSchema(item), include_sample_schema: true },
    testing_criteria: criteria.map((one) => ({ ...one })),
  };
}

function toMetadata(source: ItemSource): Record<string, string> {
  if (source.from === 'dataset') return { [DATASET]: source.dataset_id };
  const text = JSON.stringify(toSourceQuery(source.calls));
  // A filter too long to be remembered is only asked again.
  return text.length > MOST ? {} : { [CALLS]: text };
}

/** Where the items of an evaluation come from, as far as it says. */
export function toItemSource({ metadata, data_source_config }: EvalObject): ItemSource {
  const isLogs = data_source_config['type'] !== 'custom';
  const base = createRunDraft({ from: isLogs ? 'calls' : 'dataset' });
  return { ...base, dataset_id: metadata[DATASET] ?? '', calls: parseCallSource(parse(metadata[CALLS])) };
}

function parse(text: string | undefined): Record<string, string | string[]> {
  try {
    return (JSON.parse(text ?? '{}') ?? {}) as Record<string, string | string[]>;
  } catch {
    return {};
  }
}

/** What the next run begins with: the newest run's choices, else the items that the evaluation remembers. */
export function toNextRun(evaluation: EvalObject, last: { data_source: Item } | undefined): RunDraft {
  const before = last && findRunDraft(last.data_source);
  if (before) return before;
  const source = toItemSource(evaluation);
  return createRunDraft({ ...source, answers: source.from === 'calls' ? 'logged' : 'prompt' });
}

/** What a run runs: as a form has it, as it is sent, and in short for people. Pure. */
import type { RunDataSource, RunSource } from '../../../contract/eval-runs.ts';
import {
  EMPTY_SOURCE,
  findHours,
  findRange,
  fromKeptFilter,
  toKeptFilter,
  type CallSource,
} from '../calls/call-source.ts';
import type { JudgeMessage } from './criteria.ts';
import { findMember, toBraces, type Item } from './placeholders.ts';

export const ANSWERERS = ['prompt', 'model', 'logged'] as const;
export type Answerer = (typeof ANSWERERS)[number];

export type RunDraft = {
  from: 'dataset' | 'calls';
  dataset_id: string;
  /** 0 = the newest when it runs. */
  version: number;
  calls: CallSource;
  /** Newest calls first, at most so many. */
  limit: number;
  answers: Answerer;
  prompt_id: string;
  /** A number or a label; '' = as apps get it. */
  prompt_version: string;
  /** Templates over the item, by variable of the prompt. */
  variables: Record<string, string>;
  /** Of a prompt: '' = its own. */
  model: string;
  /** Whether the item is asked as it stands: by the messages it carries, else by its input. */
  own_messages: boolean;
  template: JudgeMessage[];
  /** What the form has no field for (sampling parameters of an API caller), kept. */
  sampling_params: Item | undefined;
};

export const DEFAULT_LIMIT = 100;

export function createRunDraft(changes: Partial<RunDraft> = {}): RunDraft {
  return {
    from: 'dataset',
    dataset_id: '',
    version: 0,
    calls: EMPTY_SOURCE,
    limit: DEFAULT_LIMIT,
    answers: 'prompt',
    prompt_id: '',
    prompt_version: '',
    variables: {},
    model: '',
    own_messages: true,
    template: [{ role: 'user', content: '{{item.input}}' }],
    sampling_params: undefined,
    ...changes,
  };
}

/** As it is sent. */
export function toDataSource(draft: RunDraft): RunDataSource {
  const source = toRunSource(draft);
  if (draft.answers === 'logged') return { type: 'jsonl', source };
  const sampling = draft.sampling_params ? { sampling_params: draft.sampling_params } : {};
  const model = draft.model ? { model: draft.model } : {};
  if (draft.answers === 'prompt') {
    const { prompt_id: id, prompt_version: version, variables } = draft;
    const prompt = { id, ...(version ? { version } : {}), variables: { ...variables } };
    return { type: 'completions', source, prompt, ...model, ...sampling };
  }
  // Without a template the item is asked as it stands: by its messages, or by its input.
  const template = draft.template.map((one) => ({ ...one }));
  const asked = draft.own_messages ? {} : { input_messages: { type: 'template' as const, template } };
  return { type: 'completions', source, ...asked, ...model, ...sampling };
}

function toRunSource({ from, dataset_id, version, calls, limit }: RunDraft): RunSource {
  if (from === 'dataset') return { type: 'dataset', dataset_id, ...(version > 0 ? { version } : {}) };
  const last_hours = findHours(calls);
  if (last_hours === undefined) return { type: 'calls', filter: toKeptFilter(calls, 0), limit };
  // Counted back from when the run begins, so that each run of a schedule has calls of its own.
  return { type: 'calls', filter: toKeptFilter({ ...calls, range: 'all' }, 0), last_hours, limit };
}

/** A run that was, as the beginning of the next; undefined where its items came with it and cannot be asked again. */
export function findRunDraft(stored: Record<string, unknown>): RunDraft | undefined {
  const data = stored as RunDataSource;
  const source = data.source as RunSource | undefined;
  if (source?.type !== 'dataset' && source?.type !== 'calls') return undefined;
  const items = toItems(source);
  if (data.type === 'jsonl') return createRunDraft({ ...items, answers: 'logged' });
  const rest = { ...items, model: data.model ?? '', sampling_params: data.sampling_params ?? undefined };
  if (data.prompt) {
    const { id, version, variables } = data.prompt;
    return createRunDraft({
      ...rest,
      answers: 'prompt',
      prompt_id: id,
      prompt_version: version ?? '',
      variables: { ...variables },
    });
  }
  if (!data.model) return createRunDraft({ ...rest, answers: 'logged' });
  if (data.input_messages?.type !== 'template') {
    return createRunDraft({ ...rest, answers: 'model', own_messages: true });
  }
  const template = data.input_messages.template.map(({ role, content }) => ({
    role,
    content:
      typeof content === 'string'
        ? content
        : [content]
            .flat()
            .map(({ text }) => text)
            .join('\n'),
  }));
  return createRunDraft({ ...rest, answers: 'model', own_messages: false, template });
}

export type DraftProblem = 'dataset' | 'prompt' | 'variables' | 'model' | 'messages';

function toItems(source: Extract<RunSource, { type: 'dataset' | 'calls' }>) {
  if (source.type === 'dataset') {
    return { from: 'dataset' as const, dataset_id: source.dataset_id, version: source.version ?? 0 };
  }
  const calls = fromKeptFilter(source.filter ?? {});
  const range = findRange(source.last_hours ?? 0) ?? calls.range;
  return { from: 'calls' as const, calls: { ...calls, range }, limit: source.limit ?? DEFAULT_LIMIT };
}

/** What is still missing; undefined = nothing. */
export function findDraftProblem(draft: RunDraft): DraftProblem | undefined {
  if (draft.from === 'dataset' && draft.dataset_id === '') return 'dataset';
  if (draft.answers === 'prompt' && draft.prompt_id === '') return 'prompt';
  if (draft.answers === 'prompt' && Object.values(draft.variables).includes('')) return 'variables';
  if (draft.answers !== 'model') return undefined;
  if (draft.model.trim() === '') return 'model';
  return draft.own_messages || draft.template.some(({ content }) => content.trim() !== '')
    ? undefined
    : 'messages';
}

/** What each variable of a prompt is filled from: what was chosen, else the member of the same name, else the input. */
export function toVariables(
  names: readonly string[],
  chosen: Record<string, string>,
  item: Item | undefined,
): Record<string, string> {
  const input = findMember('input', item);
  const variables = item?.['variables'];
  const within = typeof variables === 'object' && variables !== null ? (variables as Item) : {};
  return Object.fromEntries(
    names.map((name) => {
      if (chosen[name] !== undefined) return [name, chosen[name]];
      if (item?.[name] !== undefined) return [name, toBraces(`item.${name}`)];
      if (within[name] !== undefined) return [name, toBraces(`item.variables.${name}`)];
      return [name, names.length === 1 && input ? toBraces(`item.${input}`) : ''];
    }),
  );
}

export type WhatRan =
  | { kind: 'prompt'; id: string; version: string; model: string }
  | { kind: 'model'; model: string }
  | { kind: 'logged' };

/** Who answered. */
export function toWhatRan(stored: Record<string, unknown>): WhatRan {
  const data = stored as RunDataSource;
  if (data.type === 'jsonl') return { kind: 'logged' };
  if (data.prompt) {
    return {
      kind: 'prompt',
      id: data.prompt.id,
      version: data.prompt.version ?? '',
      model: data.model ?? '',
    };
  }
  return data.model ? { kind: 'model', model: data.model } : { kind: 'logged' };
}

export type WhatItems =
  | { kind: 'dataset'; id: string; version: number }
  | { kind: 'calls' }
  | { kind: 'file' }
  | { kind: 'given' };

/** Where its items came from. */
export function toWhatItems(stored: Record<string, unknown>): WhatItems {
  const source = (stored as RunDataSource).source as RunSource | undefined;
  if (source?.type === 'dataset') {
    return { kind: 'dataset', id: source.dataset_id, version: source.version ?? 0 };
  }
  if (source?.type === 'file_id') return { kind: 'file' };
  if (source?.type === 'file_content') return { kind: 'given' };
  return { kind: 'calls' };
}

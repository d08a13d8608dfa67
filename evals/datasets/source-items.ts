/** The items of a version's source, one after the other, before they have their places. */
import { type CallWithScores, readCalls } from '../../collector/queries/read-calls.ts';
import { keptCallFilter, withoutOwnCalls } from '../../collector/record/call-filter.ts';
import type { DatasetSource } from '../../collector/record/dataset.ts';
import type { RegistryEntry } from '../../collector/registry/view.ts';
import { AppError } from '../../errors.ts';
import type { EvalsContext } from '../context.ts';
import { PermanentError } from '../jobs/runner.ts';
import { findCallItem, type NewItem, toCallItemId, toItemId } from './call-item.ts';
import type { Problems } from './problems.ts';
import { readFileItems } from './read-file.ts';
import { readDatasetItems } from './read.ts';

export type Build = {
  context: EvalsContext;
  entry: RegistryEntry<'dataset_version'>;
  problems: Problems;
  signal: AbortSignal;
};
type SourceOf<T extends DatasetSource['type']> = Extract<DatasetSource, { type: T }>;
type Items = AsyncGenerator<NewItem, void, undefined>;

/**
 * Items of `entry.body.source`; those of its base version come first, under the ids they had.
 * @throws PermanentError where the source is gone or is none; whatever reading it throws; the signal's reason
 */
export async function* readSourceItems(build: Build): Items {
  const { source } = build.entry.body;
  if (source.type === 'edit') return yield* readEdited(build, source);
  yield* readBase(build, source.base_version);
  yield* source.type === 'calls' ? readCallItems(build, source) : readFile(build, source);
}

async function* readBase({ context, entry, signal }: Build, version: number): Items {
  if (version === 0) return;
  const { project_id, body } = entry;
  try {
    for await (const page of readDatasetItems(context, project_id, body.dataset_id, { version, signal })) {
      for (const { position: _position, ...item } of page) yield item;
    }
  } catch (error) {
    const isGone = error instanceof AppError && ['not_found', 'invalid_query'].includes(error.code);
    throw isGone ? new PermanentError('base_not_found', error.message) : error;
  }
}

/** `limit` counts what becomes an item. */
async function* readCallItems(build: Build, { filter, limit }: SourceOf<'calls'>): Items {
  const { context, entry, problems, signal } = build;
  const words = keptCallFilter.safeParse(filter);
  if (!words.success) throw new PermanentError('invalid_filter', 'The filter has words that do not exist.');
  let left = limit;
  const wanted = withoutOwnCalls(words.data);
  const pages = readCalls(await context.store(), entry.project_id, wanted, { signal });
  for await (const page of pages) {
    for (const call of page) {
      const item = findCallItem(call);
      if (!item) {
        problems.count('call without messages (an embedding, or bodies that were not kept)');
        continue;
      }
      yield item;
      if (--left === 0) return;
    }
  }
}

async function* readFile({ context, entry, problems }: Build, { file_id }: SourceOf<'file'>): Items {
  const file = context.registry.find('file', file_id);
  if (file?.project_id !== entry.project_id || file.body.status === 'deleted') {
    throw new PermanentError('file_not_found', `There is no file ${file_id}.`);
  }
  const source = await context.contents.read(entry.project_id, file.body.sha256);
  for await (const item of readFileItems(file.body.filename, source, problems)) {
    yield { item_id: toItemId(JSON.stringify(item)), item, trace_id: '', span_id: '', session_id: '' };
  }
}

async function* readEdited(build: Build, source: SourceOf<'edit'>): Items {
  const { base_version, add } = source;
  const remove = new Set(source.remove);
  const change = new Map(source.change.map(({ item_id, item }) => [item_id, item]));
  for await (const item of readBase(build, base_version)) {
    const changed = change.get(item.item_id);
    change.delete(item.item_id);
    if (!remove.delete(item.item_id)) yield changed ? { ...item, item: changed } : item;
  }
  const [missing] = [...remove, ...change.keys()];
  if (missing !== undefined) {
    throw new PermanentError('item_not_found', `Version ${base_version} has no item ${missing}.`);
  }
  const calls = await findCalls(build, add);
  for (const added of add) yield toAdded(added, calls);
}

type Added = SourceOf<'edit'>['add'][number];

async function findCalls(
  { context, entry, signal }: Build,
  add: readonly Added[],
): Promise<Map<string, CallWithScores>> {
  const only = add.flatMap(({ trace_id, span_id }) => (trace_id && span_id ? [{ trace_id, span_id }] : []));
  const found = new Map<string, CallWithScores>();
  if (only.length === 0) return found;
  for await (const page of readCalls(await context.store(), entry.project_id, {}, { only, signal })) {
    for (const call of page) found.set(toCallItemId(call), call);
  }
  return found;
}

function toAdded(
  { item, trace_id = '', span_id = '' }: Added,
  calls: ReadonlyMap<string, CallWithScores>,
): NewItem {
  if (trace_id === '' || span_id === '') {
    return { item_id: toItemId(JSON.stringify(item)), item, trace_id, span_id, session_id: '' };
  }
  const item_id = toCallItemId({ trace_id, span_id });
  const call = calls.get(item_id);
  if (Object.keys(item).length > 0) {
    return { item_id, item, trace_id, span_id, session_id: call?.session_id ?? '' };
  }
  const made = call && findCallItem(call);
  if (made) return made;
  const reason = call ? 'has no messages' : 'is not there';
  throw new PermanentError('call_not_found', `The call ${trace_id}/${span_id} ${reason}.`);
}

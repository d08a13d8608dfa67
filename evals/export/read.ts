/** What an export is made from: calls as the list filters them, newest first, or the items of a dataset's version. */
import { type z, ZodError } from 'zod';
import { listResponseIds } from '../../collector/queries/list-response-ids.ts';
import { listScoresOf } from '../../collector/queries/list-scores.ts';
import { countCalls, readCalls } from '../../collector/queries/read-calls.ts';
import { type CallFilter, keptCallFilter, withoutOwnCalls } from '../../collector/record/call-filter.ts';
import type { DatasetItem } from '../../collector/record/dataset.ts';
import type { exportSource } from '../../collector/record/export.ts';
import type { Store } from '../../collector/store/client.ts';
import { AppError } from '../../errors.ts';
import { getReadableVersion, readDatasetItems, type ReadingContext } from '../datasets/read.ts';
import { type Candidate, fromCall, fromItem } from './example.ts';

export type ExportSource = z.infer<typeof exportSource>;
export type Origin = {
  project_id: string;
  source: ExportSource;
  /** ISO 8601: calls from then on are no part of it, so that it stays the same while it is read. */
  until: string;
};

/** How many calls or items there are to read. @throws AppError like `readCandidates` */
export async function countOrigin(
  context: ReadingContext,
  { project_id, source, until }: Origin,
  signal?: AbortSignal,
): Promise<number> {
  if (source.type === 'dataset') {
    return getReadableVersion(context.registry, project_id, source.dataset_id, source.version).body.items;
  }
  const { limit, filter } = source;
  return countCalls(await context.store(), project_id, toFilter(filter, until), { limit, signal });
}

/**
 * All of it in pages, or the first `limit`. @throws AppError not_found or invalid_query where the source is none (any
 * more), store_unavailable; the signal's reason
 */
export async function* readCandidates(
  context: ReadingContext,
  { project_id, source, until }: Origin,
  { limit = Infinity, signal }: { limit?: number; signal?: AbortSignal | undefined } = {},
): AsyncGenerator<Candidate[], void, undefined> {
  if (source.type === 'calls') {
    const filter = toFilter(source.filter, until);
    const most = Math.min(limit, source.limit);
    for await (const calls of readCalls(await context.store(), project_id, filter, { limit: most, signal })) {
      yield calls.map(fromCall);
    }
    return;
  }
  const { dataset_id, version } = source;
  let left = limit;
  for await (const page of readDatasetItems(context, project_id, dataset_id, { version, signal })) {
    const items = page.slice(0, left);
    yield await withScores(await context.store(), project_id, items, signal);
    left -= items.length;
    if (left <= 0) return;
  }
}

/** Without the calls that Sekisho made itself (judges, tries), unless it asks for a tag. @throws AppError invalid_query */
function toFilter(words: Record<string, unknown>, until: string): CallFilter {
  const { to, ...filter } = parseFilter(words);
  const end = to !== undefined && Date.parse(to) < Date.parse(until) ? to : until;
  return withoutOwnCalls({ ...filter, to: end });
}

/** @throws AppError invalid_query that names the word which is none of the call list's */
export function parseFilter(words: Record<string, unknown>): CallFilter {
  try {
    return keptCallFilter.parse(words);
  } catch (error) {
    const issue = error instanceof ZodError ? error.issues[0] : undefined;
    const param = ['source.filter', ...(issue?.path ?? [])].join('.');
    throw new AppError('invalid_query', `${param}: ${issue?.message ?? 'is not valid'}`, { param });
  }
}

async function withScores(
  store: Store,
  project_id: string,
  items: readonly DatasetItem[],
  signal: AbortSignal | undefined,
): Promise<Candidate[]> {
  const named = items.filter(({ trace_id }) => trace_id !== '');
  const response_ids = await listResponseIds(store, project_id, named, signal);
  const calls = named.map(({ trace_id, span_id }, i) => ({
    trace_id,
    span_id,
    response_id: response_ids[i] ?? '',
  }));
  const scores = await listScoresOf(store, project_id, calls, signal);
  const byItem = new Map(named.map(({ item_id }, i) => [item_id, scores[i] ?? []]));
  return items.map((item) => fromItem(item, byItem.get(item.item_id) ?? []));
}

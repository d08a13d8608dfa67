/**
 * The items of a run: fixed once, before the first is done, as lines of a content on disk, so that every attempt at
 * the run sees the same items in the same order, whatever becomes of their source.
 */
import { createHash } from 'node:crypto';
import type { DatasetItem } from '../../collector/record/dataset.ts';
import type { FileContents, StoredContent } from '../files/contents.ts';
import { readLines } from '../files/lines.ts';
import { PermanentError } from '../jobs/runner.ts';

type Json = Record<string, unknown>;

export type RunItem = {
  /** Same item, same key in every run over the same source; no two items of a run have the same. */
  key: string;
  item: Json;
  /** What was answered to it, where that is known; {} where not. */
  sample: Json;
  /** The logged call that it is; '' where it is none. */
  trace_id: string;
  span_id: string;
};
export type PlacedItem = RunItem & { position: number };

const MAX_BYTES = 4_000_000_000;
/** Beyond it neither a run that goes on nor a comparison could hold what was done. */
export const MAX_RUN_ITEMS = 100_000;

/** Stands for what an item says, whatever the order of its members. */
export function toItemKey(item: Json): string {
  return createHash('sha256').update(toCanonical(item)).digest('hex').slice(0, 24);
}

function toCanonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toCanonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${toCanonical(member)}`).join(',')}}`;
}

/** Keeps `items` for the run. @throws PermanentError for too many; whatever `items` throws; then nothing is kept */
export async function keepItems(
  contents: FileContents,
  project_id: string,
  items: AsyncIterable<RunItem> | Iterable<RunItem>,
): Promise<StoredContent & { total: number }> {
  let total = 0;
  const seen = new Map<string, number>();
  async function* toLines(): AsyncGenerator<string> {
    for await (const item of items) {
      const times = (seen.get(item.key) ?? 0) + 1;
      seen.set(item.key, times);
      if (++total > MAX_RUN_ITEMS) {
        throw new PermanentError('too_many_items', `A run takes at most ${MAX_RUN_ITEMS} items.`);
      }
      // The second of two equal items is paired with the second of the other run.
      yield `${JSON.stringify(times === 1 ? item : { ...item, key: `${item.key}.${times}` })}\n`;
    }
  }
  const stored = await contents.write(project_id, toLines(), MAX_BYTES);
  return { ...stored, total };
}

/** The items that were kept, in order. @throws AppError not_found where the content is not on this machine */
export async function* readItems(
  contents: FileContents,
  project_id: string,
  sha256: string,
): AsyncGenerator<PlacedItem> {
  const input = await contents.read(project_id, sha256);
  let position = 0;
  try {
    for await (const { text = '' } of readLines(input)) {
      yield { ...(JSON.parse(text) as RunItem), position: position++ };
    }
  } finally {
    input.destroy();
  }
}

/** Items as they are given with a run. */
export function toGivenItems(content: readonly { item: Json; sample?: Json | undefined }[]): RunItem[] {
  return content.map(({ item, sample }) => ({
    key: toItemKey(item),
    item,
    sample: toSampleScope(sample),
    trace_id: '',
    span_id: '',
  }));
}

/**
 * An item of a dataset, or what one would hold of a logged call: what was answered stands in it as `output`, and is
 * what is graded where nothing is asked.
 */
export function toAnsweredItem(answered: Omit<DatasetItem, 'position' | 'session_id'>): RunItem {
  const { item_id, item, trace_id, span_id } = answered;
  const { output, output_tools, model } = item;
  const sample = {
    ...(typeof output === 'string' ? { output_text: output } : {}),
    ...(output_tools === undefined ? {} : { output_tools }),
    ...(model === undefined ? {} : { model }),
  };
  return { key: item_id, item, sample, trace_id, span_id };
}

/** A given sample with `output_text`, also where it stands in `choices` as a chat completion has it. */
export function toSampleScope(sample: Json | undefined): Json {
  if (!sample) return {};
  if (typeof sample['output_text'] === 'string') return sample;
  const [choice] = Array.isArray(sample['choices']) ? (sample['choices'] as unknown[]) : [];
  const content = (choice as { message?: { content?: unknown } } | undefined)?.message?.content;
  return typeof content === 'string' ? { ...sample, output_text: content } : sample;
}

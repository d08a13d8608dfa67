/** A dataset's version as a file. */
import { listDatasetColumns } from '../../collector/queries/list-dataset-columns.ts';
import { toCsvLine } from './csv.ts';
import { getReadableVersion, readDatasetItems, type ReadingContext } from './read.ts';

type Wanted = { dataset_id: string; version: number; format: 'jsonl' | 'csv' };

/**
 * Its text, piece by piece. JSONL: `{"item_id", "item": {...}, "trace_id", "span_id", "session_id"}` a line. CSV:
 * `item_id`, a column for each member of the items, and where they came from; what is no text is JSON. JSONL
 * can be uploaded again as it is; CSV is for reading. @throws like `readDatasetItems`
 */
export async function* toDatasetText(
  context: ReadingContext,
  project_id: string,
  { dataset_id, version, format }: Wanted,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const { build_id } = getReadableVersion(context.registry, project_id, dataset_id, version).body;
  const pages = readDatasetItems(context, project_id, dataset_id, { version, signal });
  if (format === 'jsonl') {
    for await (const page of pages) {
      yield page.map(({ position: _position, ...item }) => `${JSON.stringify(item)}\n`).join('');
    }
    return;
  }
  const build = { dataset_id, version, build_id };
  const columns = await listDatasetColumns(await context.store(), project_id, build, signal);
  yield toCsvLine(['item_id', ...columns, 'trace_id', 'span_id', 'session_id']);
  for await (const page of pages) {
    const lines = page.map(({ item_id, item, trace_id, span_id, session_id }) =>
      toCsvLine([item_id, ...columns.map((name) => item[name]), trace_id, span_id, session_id]),
    );
    yield lines.join('');
  }
}

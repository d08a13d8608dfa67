/** What is in a dataset's version: page by page, or as a file. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  findItemPosition,
  listDatasetItems as queryItems,
} from '../../../collector/queries/list-dataset-items.ts';
import { AppError } from '../../../errors.ts';
import { toDatasetText } from '../../../evals/datasets/download.ts';
import { getReadableVersion } from '../../../evals/datasets/read.ts';
import * as contract from '../../contract/datasets.ts';
import { defineEndpoint } from '../endpoint.ts';
import { getOwn } from '../managed/object.ts';

/** Of a page; items of conversations with pictures are large. */
const MAX_PAGE_BYTES = 8_000_000;

const listDatasetItems = defineEndpoint(contract.listDatasetItems, async (context, { params, query }) => {
  const { project_id, dataset_id } = params;
  const { body } = getReadableVersion(context.registry.view, project_id, dataset_id, query.version);
  const build = { dataset_id, version: body.version, build_id: body.build_id };
  const store = await context.store();
  let from = 0;
  if (query.after !== undefined) {
    const position = await findItemPosition(store, project_id, build, query.after);
    if (position === undefined) {
      throw new AppError('invalid_query', 'after: is not in this list', { param: 'after' });
    }
    from = position + 1;
  }
  const page = { from, limit: query.limit, max_bytes: MAX_PAGE_BYTES };
  const data = await queryItems(store, project_id, build, page);
  const last = data.at(-1);
  return {
    object: 'list' as const,
    data,
    first_id: data[0]?.item_id ?? null,
    last_id: last?.item_id ?? null,
    has_more: last !== undefined && last.position + 1 < body.items,
  };
});

const TYPES = { jsonl: 'application/jsonl; charset=utf-8', csv: 'text/csv; charset=utf-8' } as const;

const downloadDataset = defineEndpoint(
  contract.downloadDataset,
  async (context, { params, query, response }) => {
    const { project_id, dataset_id } = params;
    const { registry, store, stopping } = context;
    const dataset = getOwn(registry, 'dataset', dataset_id, project_id);
    const { version } = getReadableVersion(registry.view, project_id, dataset_id, query.version).body;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const { format } = query;
    const text = toDatasetText(
      { registry: registry.view, store },
      project_id,
      { dataset_id, version, format },
      AbortSignal.any([gone.signal, stopping]),
    );
    // Before the head is sent, so that a database that is away is an error and not an empty file.
    const first = await text.next();
    response.attachment(`${dataset.body.name.replaceAll(/[^\p{L}\p{N}._ -]/gu, '_')}-v${version}.${format}`);
    response.set('content-type', TYPES[format]);
    await pipeline(Readable.from(prepend(first, text)), response).catch((error: unknown) => {
      // Whoever left needs no answer; anything else cuts the connection, which tells that it is not whole.
      if (!gone.signal.aborted) throw error;
    });
  },
);

async function* prepend(
  first: IteratorResult<string, void>,
  rest: AsyncGenerator<string, void, undefined>,
): AsyncGenerator<string> {
  if (first.value) yield first.value;
  yield* rest;
}

export const datasetItemEndpoints = [listDatasetItems, downloadDataset];

/** Datasets and their versions; what is in them is served by dataset-items.ts, and made by a job of the evals room. */
import { uuidv7 } from 'uuidv7';
import { countDatasetItems } from '../../../collector/queries/list-dataset-items.ts';
import { keptCallFilter } from '../../../collector/record/call-filter.ts';
import type { DatasetSource } from '../../../collector/record/dataset.ts';
import type { RegistryEntry } from '../../../collector/registry/view.ts';
import { AppError } from '../../../errors.ts';
import { findLatestVersion, listVersions, toVersionId } from '../../../evals/datasets/read.ts';
import * as contract from '../../contract/datasets.ts';
import type { ConsoleContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import { getFileEntry } from '../managed/files.ts';
import { createObject, getOwn, listOwn, reviseObject, toActorName, toUnix } from '../managed/object.ts';
import { toPage } from '../managed/page-of.ts';

type DatasetEntry = RegistryEntry<'dataset'>;
type VersionEntry = RegistryEntry<'dataset_version'>;

function toDataset({ registry }: ConsoleContext, entry: DatasetEntry): contract.DatasetObject {
  const { id, body, revision } = entry;
  const latest = findLatestVersion(registry.view, id)?.body;
  return {
    object: 'dataset',
    id,
    name: body.name,
    description: body.description,
    latest_version: latest?.version ?? 0,
    items: latest?.items ?? 0,
    status: body.status,
    revision,
    created_at: toUnix(entry.created_at),
    updated_at: toUnix(entry.updated_at),
  };
}

const isOpen = ({ body }: VersionEntry): boolean => body.status === 'queued' || body.status === 'in_progress';

/** Of a version that is being built `items` is how far it is; 0 while the database is away. */
async function toVersion(context: ConsoleContext, entry: VersionEntry): Promise<contract.DatasetVersion> {
  const { id, project_id, body, created_at, created_by } = entry;
  const { dataset_id, version, source, status, problems, note, build_id } = body;
  const countNow = async (): Promise<number> => {
    const open = await context.store();
    return (await countDatasetItems(open, project_id, { dataset_id, version, build_id })).positions;
  };
  const items = status === 'in_progress' ? await countNow().catch(() => 0) : body.items;
  return {
    object: 'dataset.version',
    id,
    dataset_id,
    version,
    source,
    status,
    items,
    problems,
    note,
    created_by: toActorName(context.registry, created_by),
    created_at: toUnix(created_at),
  };
}

const listDatasets = defineEndpoint(contract.listDatasets, (context, { params, query }) => {
  const { status, ...page } = query;
  const entries = listOwn(context.registry, 'dataset', params.project_id);
  const isShown = ({ body }: DatasetEntry): boolean => status === 'all' || body.status === status;
  const { data, ...rest } = toPage(entries, page, isShown);
  return { ...rest, data: data.map((entry) => toDataset(context, entry)) };
});

const createDataset = defineEndpoint(contract.createDataset, (context, { params, body, caller }) => {
  const { name, description, source } = body;
  const { project_id } = params;
  const id = `ds_${uuidv7()}`;
  const author = { actor: caller.actor, reason: 'created' };
  const checked = source && checkSource(context, project_id, id, source);
  const state = { name, description, status: 'active' } as const;
  const entry = createObject(context.registry, { kind: 'dataset', id, project_id, body: state }, author);
  if (checked) beginVersion(context, entry, { source: checked, note: '' }, caller.actor);
  return toDataset(context, entry);
});

const getDataset = defineEndpoint(contract.getDataset, (context, { params }) =>
  toDataset(context, getOwn(context.registry, 'dataset', params.dataset_id, params.project_id)),
);

const updateDataset = defineEndpoint(contract.updateDataset, (context, { params, body, caller }) => {
  const { registry } = context;
  const entry = getOwn(registry, 'dataset', params.dataset_id, params.project_id);
  const { expected_revision, ...given } = body;
  const change = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const author = { actor: caller.actor, reason: 'changed', expected_revision };
  return toDataset(context, reviseObject(registry, entry, change, author));
});

/** Its versions stay, and what was made of them too; `status: active` brings it back. */
const archiveDataset = defineEndpoint(contract.archiveDataset, (context, { params, caller }) => {
  const { registry } = context;
  const entry = getOwn(registry, 'dataset', params.dataset_id, params.project_id);
  if (entry.body.status === 'archived') return toDataset(context, entry);
  const author = { actor: caller.actor, reason: 'archived' };
  return toDataset(context, reviseObject(registry, entry, { status: 'archived' }, author));
});

const listDatasetVersions = defineEndpoint(
  contract.listDatasetVersions,
  async (context, { params, query }) => {
    getOwn(context.registry, 'dataset', params.dataset_id, params.project_id);
    const { data, ...rest } = toPage(listVersions(context.registry.view, params.dataset_id), query);
    return { ...rest, data: await Promise.all(data.map((entry) => toVersion(context, entry))) };
  },
);

const createDatasetVersion = defineEndpoint(
  contract.createDatasetVersion,
  (context, { params, body, caller }) => {
    const dataset = getOwn(context.registry, 'dataset', params.dataset_id, params.project_id);
    if (dataset.body.status === 'archived') {
      throw new AppError('invalid_body', 'This dataset is archived: bring it back first.');
    }
    const source = checkSource(context, params.project_id, dataset.id, body.source);
    return toVersion(context, beginVersion(context, dataset, { source, note: body.note }, caller.actor));
  },
);

const getDatasetVersion = defineEndpoint(contract.getDatasetVersion, (context, { params }) =>
  toVersion(context, getVersion(context, params)),
);

/** A version that is over stays as it ended. */
const cancelDatasetVersion = defineEndpoint(contract.cancelDatasetVersion, (context, { params, caller }) => {
  const entry = getVersion(context, params);
  if (!isOpen(entry)) return toVersion(context, entry);
  const author = { actor: caller.actor, reason: 'cancelled' };
  return toVersion(context, reviseObject(context.registry, entry, { status: 'cancelled' }, author));
});

type VersionParams = { project_id: string; dataset_id: string; version: string };

/** @throws AppError not_found */
function getVersion({ registry }: ConsoleContext, params: VersionParams): VersionEntry {
  getOwn(registry, 'dataset', params.dataset_id, params.project_id);
  const number = /^[1-9]\d{0,8}$/.test(params.version) ? Number(params.version) : 0;
  return getOwn(registry, 'dataset_version', toVersionId(params.dataset_id, number), params.project_id);
}

function beginVersion(
  { registry }: ConsoleContext,
  { id: dataset_id, project_id }: DatasetEntry,
  { source, note }: { source: DatasetSource; note: string },
  actor: string,
): VersionEntry {
  const version = listVersions(registry.view, dataset_id).length + 1;
  const id = toVersionId(dataset_id, version);
  const nothing = { build_id: '', items: 0, problems: [] };
  const body = { ...nothing, dataset_id, version, source, note, status: 'queued' } as const;
  return createObject(
    registry,
    { kind: 'dataset_version', id, project_id, body },
    { actor, reason: 'created' },
  );
}

/** What can be known at once, so that the job does not fail for it later. @throws AppError invalid_body | not_found */
function checkSource(
  { registry }: ConsoleContext,
  project_id: string,
  dataset_id: string,
  source: DatasetSource,
): DatasetSource {
  if (source.base_version > 0) {
    const base = registry.view.find('dataset_version', toVersionId(dataset_id, source.base_version));
    if (base?.body.status !== 'completed') {
      throw invalid('source.base_version', `there is no complete version ${source.base_version}`);
    }
  }
  if (source.type === 'calls') {
    const filter = keptCallFilter.safeParse(source.filter);
    const issue = filter.error?.issues[0];
    if (issue) throw invalid(['source.filter', ...issue.path].join('.'), issue.message);
    return { ...source, filter: { ...filter.data } };
  }
  if (source.type === 'file') {
    getFileEntry({ registry }, project_id, source.file_id);
    return source;
  }
  const { add, change, remove } = source;
  if (add.length + change.length + remove.length === 0) throw invalid('source', 'nothing is changed');
  for (const [i, { item, trace_id, span_id }] of add.entries())
    checkAdded(`source.add.${i}`, item, trace_id, span_id);
  return source;
}

function checkAdded(
  param: string,
  item: object,
  trace_id: string | undefined,
  span_id: string | undefined,
): void {
  if ((trace_id === undefined) !== (span_id === undefined)) {
    throw invalid(param, 'trace_id and span_id name a call together');
  }
  if (trace_id !== undefined && !(/^[0-9a-f]{32}$/.test(trace_id) && /^[0-9a-f]{16}$/.test(span_id ?? ''))) {
    throw invalid(param, 'trace_id is 32 hex digits, span_id 16');
  }
  if (Object.keys(item).length === 0 && trace_id === undefined)
    throw invalid(param, 'has neither item nor call');
}

const invalid = (param: string, message: string): AppError =>
  new AppError('invalid_body', `${param}: ${message}`, { param });

export const datasetEndpoints = [
  listDatasets,
  createDataset,
  getDataset,
  updateDataset,
  archiveDataset,
  listDatasetVersions,
  createDatasetVersion,
  getDatasetVersion,
  cancelDatasetVersion,
];

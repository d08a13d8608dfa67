/** Exports of training data: made by a job of the evals room, previewed here. */
import { uuidv7 } from 'uuidv7';
import type { RegistryBody } from '../../../collector/record/registry.ts';
import type { RegistryEntry } from '../../../collector/registry/view.ts';
import { AppError } from '../../../errors.ts';
import { getReadableVersion } from '../../../evals/datasets/read.ts';
import { findFiles } from '../../../evals/export/files.ts';
import { previewExport as preview } from '../../../evals/export/preview.ts';
import { type ExportSource, parseFilter } from '../../../evals/export/read.ts';
import * as contract from '../../contract/exports.ts';
import type { ConsoleContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import { dropFile } from '../managed/files.ts';
import { createObject, getOwn, listOwn, reviseObject, toActorName, toUnix } from '../managed/object.ts';
import { toPage } from '../managed/page-of.ts';

type ExportEntry = RegistryEntry<'export'>;

function toObject({ registry }: ConsoleContext, entry: ExportEntry): contract.ExportObject {
  const { id, body, created_at, created_by } = entry;
  const { status, finished_at, files, ...rest } = body;
  // Deleted ones are never shown.
  const shown = status === 'cancelled' || status === 'deleted' ? 'canceled' : status;
  return {
    ...rest,
    object: 'export',
    id,
    status: shown,
    // Named before they are made: until then there is nothing to download. Somebody may have deleted one since.
    files: status === 'completed' ? files.filter((file) => isThere(registry, file.file_id)) : [],
    created_by: toActorName(registry, created_by),
    created_at: toUnix(created_at),
    finished_at: finished_at === null ? null : toUnix(finished_at),
  };
}

const isThere = ({ view }: ConsoleContext['registry'], file_id: string): boolean => {
  const status = view.find('file', file_id)?.body.status;
  return status !== undefined && status !== 'deleted';
};

/** @throws AppError not_found, also for one that was deleted */
function getEntry(
  { registry }: ConsoleContext,
  params: { project_id: string; export_id: string },
): ExportEntry {
  const entry = getOwn(registry, 'export', params.export_id, params.project_id);
  if (entry.body.status === 'deleted') {
    throw new AppError('not_found', `This project has no export ${entry.id}.`, { param: 'export_id' });
  }
  return entry;
}

/** Without a version the latest of today, so that it stays the same one. @throws AppError not_found | invalid_query */
function checkSource(context: ConsoleContext, project_id: string, source: ExportSource): ExportSource {
  if (source.type === 'calls') {
    parseFilter(source.filter);
    return source;
  }
  const { dataset_id, version } = source;
  return {
    ...source,
    version: getReadableVersion(context.registry.view, project_id, dataset_id, version).body.version,
  };
}

const listExports = defineEndpoint(contract.listExports, (context, { params, query }) => {
  const entries = listOwn(context.registry, 'export', params.project_id);
  const { data, ...page } = toPage(entries, query, ({ body }) => body.status !== 'deleted');
  return { ...page, data: data.map((entry) => toObject(context, entry)) };
});

const createExport = defineEndpoint(contract.createExport, (context, { params, body, caller }) => {
  const { project_id } = params;
  const source = checkSource(context, project_id, body.source);
  const state: RegistryBody<'export'> = {
    ...body,
    source,
    status: 'queued',
    error: null,
    counts: null,
    total: null,
    warnings: [],
    files: [],
    problems: [],
    finished_at: null,
  };
  const object = { kind: 'export', id: `export_${uuidv7()}`, project_id, body: state } as const;
  const author = { actor: caller.actor, reason: 'created' };
  return toObject(context, createObject(context.registry, object, author));
});

const previewExport = defineEndpoint(contract.previewExport, async (context, { params, body, response }) => {
  const { project_id } = params;
  const { format, options, limit } = body;
  const source = checkSource(context, project_id, body.source);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const origin = { project_id, source, until: new Date().toISOString() };
  const signal = AbortSignal.any([gone.signal, context.stopping]);
  const reading = { registry: context.registry.view, store: context.store };
  return preview(reading, origin, { format, options, limit }, signal);
});

const getExport = defineEndpoint(contract.getExport, (context, { params }) =>
  toObject(context, getEntry(context, params)),
);

/** One that is over stays as it ended. */
const cancelExport = defineEndpoint(contract.cancelExport, (context, { params, caller }) => {
  const entry = getEntry(context, params);
  if (!isOpen(entry)) return toObject(context, entry);
  const change = { status: 'cancelled', finished_at: new Date().toISOString() } as const;
  const author = { actor: caller.actor, reason: 'cancelled' };
  return toObject(context, reviseObject(context.registry, entry, change, author));
});

const isOpen = ({ body }: ExportEntry): boolean => body.status === 'queued' || body.status === 'in_progress';

const deleteExport = defineEndpoint(contract.deleteExport, async (context, { params, caller }) => {
  const { registry } = context;
  const entry = getEntry(context, params);
  const author = { actor: caller.actor, reason: 'deleted' };
  // The files named stay in the body: should this end here, the job takes them away when it sees that.
  reviseObject(registry, entry, { status: 'deleted' }, author);
  for (const file of findFiles(registry.view, entry.id)) await dropFile(context, file, author);
  return { id: entry.id, object: 'export', deleted: true as const };
});

export const exportEndpoints = [
  listExports,
  createExport,
  previewExport,
  getExport,
  cancelExport,
  deleteExport,
];

/**
 * The job of an export. It reads all of its source from the beginning in each attempt: nothing is kept of one that was
 * killed but contents that have the same name when they are written again. What it makes is entered in the registry in
 * an order that leaves no file without its export: first the export names its files, then they are made, then it is
 * complete; one that is cancelled between these steps stays open until its files are gone.
 */
import type { ExportCounts } from '../../collector/record/export.ts';
import type { RegistryBody } from '../../collector/record/registry.ts';
import type { RegistryEntry } from '../../collector/registry/view.ts';
import { AppError } from '../../errors.ts';
import type { EvalsContext } from '../context.ts';
import type { StoredContent } from '../files/contents.ts';
import { defineJob, PermanentError } from '../jobs/runner.ts';
import { findFiles, SPLITS, toFileBody, toFileId, toFilename } from './files.ts';
import { FORMATS } from './formats.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import { countOrigin, type Origin, readCandidates } from './read.ts';
import { createSink, type Sink } from './sink.ts';
import type { Split } from './split.ts';

const EXPORTS = 2;
/** Each look at the progress is a revision that is kept for ever. */
const PROGRESS_MS = 3_000;
/** What OpenAI takes as one file. */
const UPLOAD_BYTES = 512 * 1024 * 1024;

type Body = RegistryBody<'export'>;
type Entry = RegistryEntry<'export'>;
type Made = StoredContent & { lines: number; split: Split };

const isUnderWay = ({ status }: Body): boolean => status === 'queued' || status === 'in_progress';

export const exportJob = defineJob<'export'>({
  kind: 'export',
  concurrency: EXPORTS,
  // Also one that was cancelled while its files were being entered: they have to go.
  isOpen: (body) => isUnderWay(body) || (body.files.length > 0 && isDropped(body)),
  run: (context, entry, signal) =>
    isUnderWay(entry.body) ? makeExport(context, entry, signal) : dropFiles(context, entry),
  toFailed: ({ message }) => ({ status: 'failed', error: message, files: [], finished_at: now() }),
});

const isDropped = ({ status }: Body): boolean => status === 'cancelled' || status === 'deleted';
const now = (): string => new Date().toISOString();

async function makeExport(context: EvalsContext, queued: Entry, signal: AbortSignal): Promise<void> {
  const { project_id, body, created_at } = queued;
  const origin = { project_id, source: body.source, until: created_at };
  try {
    const total = await countOrigin(context, origin, signal);
    const begun = await context.writer.revise(queued, { status: 'in_progress', total }, 'started');
    const { entry, pipeline, made } = await writeLines(context, begun, origin, signal);
    await enter(context, entry, pipeline, made);
  } catch (error) {
    throw toPermanent(error);
  }
}

/** Reads, and writes the contents of the files; an entry's progress is revised on the way. */
async function writeLines(
  context: EvalsContext,
  begun: Entry,
  origin: Origin,
  signal: AbortSignal,
): Promise<{ entry: Entry; pipeline: Pipeline; made: Made[] }> {
  const { format, options } = begun.body;
  const pipeline = createPipeline(format, options);
  const sinks = new Map<Split, Sink>();
  const open = (split: Split): Sink => {
    const sink = sinks.get(split) ?? createSink(context.contents, begun.project_id, FORMATS[format].header);
    sinks.set(split, sink);
    return sink;
  };
  let entry = begun;
  let shown = performance.now();
  try {
    for await (const page of readCandidates(context, origin, { signal })) {
      for (const candidate of page) {
        const line = pipeline.take(candidate);
        if (line) await open(line.split).write(line.text);
      }
      signal.throwIfAborted();
      if (performance.now() - shown < PROGRESS_MS) continue;
      shown = performance.now();
      entry = await context.writer.revise(entry, { counts: structuredClone(pipeline.counts) }, 'progress');
    }
    const made: Made[] = [];
    for (const [split, sink] of sinks) made.push({ ...(await sink.finish()), split });
    return {
      entry,
      pipeline,
      made: made.toSorted((a, b) => SPLITS.indexOf(a.split) - SPLITS.indexOf(b.split)),
    };
  } catch (error) {
    await Promise.all([...sinks.values()].map((sink) => sink.drop()));
    throw error;
  }
}

/** Names the files, makes them, and completes the export. */
async function enter(
  context: EvalsContext,
  entry: Entry,
  pipeline: Pipeline,
  made: readonly Made[],
): Promise<void> {
  const { name, format } = entry.body;
  const files = made.map(({ split, lines, bytes }) => ({
    file_id: toFileId(entry.id, split),
    split,
    lines,
    bytes,
  }));
  const named = await context.writer.revise(entry, { files }, 'files named');
  for (const content of made) {
    const filename = toFilename(name, content.split, FORMATS[format].extension);
    await makeFile(context, named, toFileId(entry.id, content.split), toFileBody(filename, content));
  }
  // Those of an earlier attempt that this one has no lines for.
  const kept = new Set(files.map(({ file_id }) => file_id));
  await removeFiles(
    context,
    findFiles(context.registry, entry.id).filter(({ id }) => !kept.has(id)),
  );
  const counts: ExportCounts = structuredClone(pipeline.counts);
  const warnings = pipeline.warnings();
  if (files.some(({ bytes }) => bytes > UPLOAD_BYTES)) warnings.push('over_upload_limit');
  await context.writer.revise(
    named,
    { status: 'completed', counts, warnings, problems: [...pipeline.problems], finished_at: now() },
    'completed',
  );
}

/** Makes the file, or has the one of an earlier attempt say what this one wrote. */
async function makeFile(
  context: EvalsContext,
  { project_id }: Entry,
  id: string,
  body: RegistryBody<'file'>,
): Promise<void> {
  const existing = context.registry.find('file', id);
  if (!existing) {
    await context.writer.create({ kind: 'file', id, project_id, body }, 'exported');
  } else if (existing.body.sha256 !== body.sha256 || existing.body.status === 'deleted') {
    await context.writer.revise(existing, body, 'exported again');
  }
}

/** For an export that is not wanted any more. Contents that no file has are swept by the console. */
async function dropFiles(context: EvalsContext, entry: Entry): Promise<void> {
  await removeFiles(context, findFiles(context.registry, entry.id));
  await context.writer.revise(entry, { files: [] }, 'files removed');
}

async function removeFiles(context: EvalsContext, files: readonly RegistryEntry<'file'>[]): Promise<void> {
  for (const file of files) {
    await context.writer.revise(file, { status: 'deleted' }, 'its export is not wanted');
  }
}

/** A source that is gone does not come back; whatever else happens may be over at the next attempt. */
function toPermanent(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  if (error.code !== 'not_found' && error.code !== 'invalid_query') return error;
  return new PermanentError(error.code, error.message, { cause: error });
}

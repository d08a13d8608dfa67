/** What an export would hold: the same steps on the first so many calls or items, and no file. */
import type { ExportFormatName, ExportOptions, ExportWarning } from '../../collector/record/export.ts';
import type { ReadingContext } from '../datasets/read.ts';
import { FORMATS } from './formats.ts';
import { createPipeline, type Pipeline, type Problem } from './pipeline.ts';
import { countOrigin, type Origin, readCandidates } from './read.ts';

export type Preview = {
  counts: Pipeline['counts'];
  problems: Problem[];
  warnings: ExportWarning[];
  /** The first lines of the file, the header of a CSV among them. */
  lines: string[];
  total: number;
  partial: boolean;
};

const MAX_LINES = 20;
/** Of all lines together; the first always comes. */
const MAX_CHARS = 200_000;

/** @throws like `readCandidates` */
export async function previewExport(
  context: ReadingContext,
  origin: Origin,
  wanted: { format: ExportFormatName; options: ExportOptions; limit: number },
  signal?: AbortSignal,
): Promise<Preview> {
  const { format, options, limit } = wanted;
  const total = await countOrigin(context, origin, signal);
  const pipeline = createPipeline(format, options);
  const lines = [FORMATS[format].header].filter((header) => header !== '');
  let chars = 0;
  for await (const page of readCandidates(context, origin, { limit, signal })) {
    for (const candidate of page) {
      const line = pipeline.take(candidate)?.text;
      if (line === undefined || lines.length >= MAX_LINES || (chars > 0 && chars + line.length > MAX_CHARS))
        continue;
      chars += line.length;
      lines.push(line);
    }
  }
  const { counts, problems } = pipeline;
  const shown = lines.map((line) => line.replace(/\r?\n$/, ''));
  return {
    counts,
    problems: [...problems],
    warnings: pipeline.warnings(),
    lines: shown,
    total,
    partial: total > counts.read,
  };
}

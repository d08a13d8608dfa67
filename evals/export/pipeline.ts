/** From calls to the lines of the files: each by itself (`line.ts`), then duplicates and split; counts every step. */
import type {
  ExportCounts,
  ExportFormatName,
  ExportOptions,
  ExportWarning,
} from '../../collector/record/export.ts';
import type { Candidate } from './example.ts';
import { FORMATS } from './formats.ts';
import { createHashSet } from './hash-set.ts';
import { toLine } from './line.ts';
import { isRefusal, refuse, type Refusal } from './select.ts';
import { type Split, toSplit } from './split.ts';
import { estimateTokens, MAX_EXAMPLE_TOKENS } from './tokens.ts';

export type Problem = { trace_id: string; span_id: string; item_id: string; reason: string; detail: string };
export type Line = { text: string; split: Split };

export type Pipeline = {
  /** Its line, with its end, or undefined where it is left out. */
  take(candidate: Candidate): Line | undefined;
  /** So far. */
  readonly counts: ExportCounts;
  /** The first of what was left out as not valid. */
  readonly problems: readonly Problem[];
  /** About what was taken so far, but for what the files themselves say. */
  warnings(): ExportWarning[];
};

const MAX_PROBLEMS = 100;
const MAX_DETAIL = 200;
/** OpenAI's least number of examples. */
const FEW_LINES = 10;
/** Left out by choice, not for a fault. */
const CHOSEN = new Set<string>([
  'not_a_model_call',
  'score_missing',
  'score_too_low',
  'thumb_down',
  'no_thumb_up',
  'no_correction',
  'duplicate',
]);

/** A pipeline for one export. */
export function createPipeline(name: ExportFormatName, options: ExportOptions): Pipeline {
  const format = FORMATS[name];
  const seen = createHashSet();
  const counts: ExportCounts = { read: 0, left_out: {}, corrected: 0, masked: {}, lines: 0, tokens: 0 };
  const problems: Problem[] = [];
  const lines: Record<Split, number> = { train: 0, validation: 0 };
  let longLines = 0;

  const leaveOut = ({ example }: Candidate, { reason, detail }: Refusal): undefined => {
    counts.left_out[reason] = (counts.left_out[reason] ?? 0) + 1;
    if (CHOSEN.has(reason) || problems.length >= MAX_PROBLEMS) return undefined;
    const { trace_id, span_id, item_id } = example;
    problems.push({ trace_id, span_id, item_id, reason, detail: detail.slice(0, MAX_DETAIL) });
    return undefined;
  };
  return {
    counts,
    problems,
    take(candidate) {
      counts.read++;
      const made = toLine(candidate, format, options);
      if (isRefusal(made)) return leaveOut(candidate, made);
      if (options.deduplicate && !seen.add(made.key)) return leaveOut(candidate, refuse('duplicate'));
      const { text, corrected, masked } = made;
      const split = toSplit(candidate.example, options.validation_share);
      const tokens = estimateTokens(text);
      counts.lines++;
      counts.tokens += tokens;
      if (corrected) counts.corrected++;
      for (const [kind, count] of Object.entries(masked))
        counts.masked[kind] = (counts.masked[kind] ?? 0) + count;
      if (tokens > MAX_EXAMPLE_TOKENS) longLines++;
      lines[split]++;
      return { text, split };
    },
    warnings() {
      const warnings: ExportWarning[] = [];
      if (counts.lines === 0) return ['no_lines'];
      if (name.startsWith('openai_') && lines.train < FEW_LINES) warnings.push('few_lines');
      if (options.validation_share > 0 && lines.validation === 0) warnings.push('no_validation_lines');
      if (longLines > 0) warnings.push('long_lines');
      return warnings;
    },
  };
}

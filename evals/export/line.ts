/** From a call to the text of its line: filters, corrections, format, mask, check, in this order. */
import { type MaskCounts, maskJson } from '../../collector/mask/mask.ts';
import type { ExportOptions } from '../../collector/record/export.ts';
import type { Candidate } from './example.ts';
import type { ExportFormat, LineRecord } from './formats/format.ts';
import { isRefusal, refuse, type Refusal, select } from './select.ts';

export type MadeLine = {
  /** With its end. */
  text: string;
  /** What it has alike with its duplicates. */
  key: string;
  corrected: boolean;
  masked: MaskCounts;
};

/** The line of `candidate`, or why there is none. */
export function toLine(
  candidate: Candidate,
  format: ExportFormat,
  options: ExportOptions,
): MadeLine | Refusal {
  const isPairs = format.name === 'openai_dpo';
  const selected = select(candidate, isPairs ? { ...options, use_corrections: true } : options);
  if (isRefusal(selected)) return selected;
  const record = format.toRecord(selected);
  if (isRefusal(record)) return record;
  const masked = options.mask ? maskRecord(record, format) : { value: record, counts: {} };
  const text = tryText(format, masked.value);
  if (isRefusal(text)) return text;
  // Checked as it will stand in the file.
  const refusal = format.validate(text);
  if (refusal) return refusal;
  const key = format.toKey?.(masked.value) ?? text;
  return { text, key, corrected: isPairs || selected.corrected, masked: masked.counts };
}

/** Members of ours keep their values, and come first. */
function maskRecord(record: LineRecord, { unmasked = [] }: ExportFormat) {
  const isOurs = (name: string): boolean => unmasked.includes(name);
  const members = Object.entries(record);
  const { value, counts } = maskJson(Object.fromEntries(members.filter(([name]) => !isOurs(name))));
  const ours = Object.fromEntries(members.filter(([name]) => isOurs(name)));
  return { value: { ...ours, ...value } as LineRecord, counts };
}

/** What was nested too deep to be written once more must not end the export. */
function tryText(format: ExportFormat, record: LineRecord): string | Refusal {
  try {
    return format.toLine(record);
  } catch (error) {
    if (error instanceof RangeError) return refuse('too_large', 'is nested too deep');
    throw error;
  }
}

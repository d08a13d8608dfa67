/** What every format has. A record is made, masked, and only then checked and written: what is checked is the file. */
import type { ExportFormatName } from '../../../collector/record/export.ts';
import type { Refusal, Selected } from '../select.ts';

/** A line before it is text: plain JSON. */
export type LineRecord = Record<string, unknown>;

export type ExportFormat = {
  name: ExportFormatName;
  extension: 'jsonl' | 'csv';
  /** What a file begins with; '' for nothing. */
  header: string;
  /** Members of a record that are ours and hold nothing to mask: an id may well look like a card's number. */
  unmasked?: readonly string[];
  /** What two lines have alike that are duplicates of each other; the whole line where it is absent. */
  toKey?(record: LineRecord): string;
  /** The record of an example, or why the format has no place for it. */
  toRecord(selected: Selected): LineRecord | Refusal;
  /** One line with its end. */
  toLine(record: LineRecord): string;
  /** What is wrong with `line` as it would stand in the file; undefined where nothing is. */
  validate(line: string): Refusal | undefined;
};

export const toJsonLine = (record: LineRecord): string => `${JSON.stringify(record)}\n`;

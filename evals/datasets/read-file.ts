/** Items from a file of JSONL or CSV: every line is an item or a problem that is told with its number. */
import type { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { isTooDeep, MAX_JSON_DEPTH } from '../../collector/record/depth.ts';
import { PermanentError } from '../jobs/runner.ts';
import { readLines } from '../files/lines.ts';
import type { Problems } from './problems.ts';

export type FileItem = Record<string, unknown>;

export const MAX_ITEM_BYTES = 8_000_000;
/** As many as a download as CSV has. */
const MAX_COLUMNS = 1_000;

/** By the file's name: `.csv` and `.tsv` are tables, everything else is one JSON object a line. */
export function readFileItems(
  filename: string,
  source: Readable,
  problems: Problems,
): AsyncGenerator<FileItem, void, undefined> {
  const [, extension = ''] = /\.(csv|tsv)$/i.exec(filename) ?? [];
  if (extension) return readTable(source, extension.toLowerCase() === 'tsv' ? '\t' : ',', problems);
  return readJsonLines(source, problems);
}

/** What a line of our own download says beside its item. */
const WRAPPING = new Set(['item', 'item_id', 'trace_id', 'span_id', 'session_id']);

/**
 * An item is a line's object as it stands; of OpenAI's evals files (`{"item": {...}}`) and of our own downloads it is
 * what is in there. @throws PermanentError for a file that is no JSONL at all
 */
async function* readJsonLines(
  source: Readable,
  problems: Problems,
): AsyncGenerator<FileItem, void, undefined> {
  for await (const { text, number } of readLines(source)) {
    if (text?.trim() === '') continue;
    if (text === undefined) {
      problems.add(`line ${number}: is not UTF-8`);
      continue;
    }
    if (number === 1 && /^\s*\[/.test(text)) {
      throw new PermanentError(
        'invalid_file',
        'This is a JSON array: write one object a line, without brackets.',
      );
    }
    const value = parseJson(text);
    if (!isObject(value)) {
      const reason = value === undefined ? 'is not valid JSON' : 'is no JSON object';
      problems.add(`line ${number}: ${reason}`);
      continue;
    }
    if (isTooDeep(value)) {
      problems.add(`line ${number}: is nested more than ${MAX_JSON_DEPTH} deep`);
      continue;
    }
    const isWrapped = Object.keys(value).every((name) => WRAPPING.has(name));
    yield isWrapped && isObject(value['item']) ? value['item'] : value;
  }
}

type CsvRecord = { record: string[]; info: { lines: number } };

/**
 * The first line names the columns; every value is text as it stands. RFC 4180, with \n, \r\n or \r. A line with more
 * or fewer values than there are columns is a problem, not a guess.
 * @throws PermanentError where the first line cannot name columns, or quotation marks do not close
 */
async function* readTable(
  source: Readable,
  delimiter: string,
  problems: Problems,
): AsyncGenerator<FileItem, void, undefined> {
  const parser = parse({
    delimiter,
    bom: true,
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: MAX_ITEM_BYTES,
  });
  source.once('error', (error) => parser.destroy(error));
  try {
    yield* toItems(source.pipe(parser) as AsyncIterable<CsvRecord>, problems);
  } catch (error) {
    // After a stray quotation mark nobody can tell where the next value begins.
    if (error instanceof CsvError) throw new PermanentError('invalid_file', toCsvProblem(error));
    throw error;
  } finally {
    source.destroy();
  }
}

async function* toItems(
  records: AsyncIterable<CsvRecord>,
  problems: Problems,
): AsyncGenerator<FileItem, void, undefined> {
  let names: string[] | undefined;
  let lines = 0;
  for await (const { record, info } of records) {
    const line = lines + 1;
    lines = info.lines;
    if (record.some((value) => value.includes('\uFFFD'))) {
      problems.add(`line ${line}: is not UTF-8`);
    } else if (!names) {
      names = toNames(record);
    } else if (record.length !== names.length) {
      problems.add(`line ${line}: has ${record.length} values for ${names.length} columns`);
    } else {
      yield Object.fromEntries(names.map((name, i) => [name, record[i]]));
    }
  }
}

function toNames(record: readonly string[]): string[] {
  const names = record.map((name) => name.trim());
  if (names.length > MAX_COLUMNS) {
    throw new PermanentError('invalid_file', `The first line names more than ${MAX_COLUMNS} columns.`);
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (names.includes('')) throw new PermanentError('invalid_file', 'A column in the first line has no name.');
  if (twice !== undefined) throw new PermanentError('invalid_file', `Two columns are named ${twice}.`);
  return names;
}

const CSV_REASONS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quotation mark opens and never closes',
  CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quotation mark',
  INVALID_OPENING_QUOTE: 'a quotation mark stands in a value that does not begin with one',
  CSV_MAX_RECORD_SIZE: `is larger than ${MAX_ITEM_BYTES} characters`,
};

function toCsvProblem({ code, lines }: CsvError & { lines?: number }): string {
  return `line ${lines ?? '?'}: ${CSV_REASONS[code] ?? 'cannot be read'}`;
}

const isObject = (value: unknown): value is FileItem =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The items of a suite as the source of a run. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { parse } from 'csv-parse';
import { type OpenAI, toFile } from 'openai';
import type { RunSource } from '../../collector/record/eval.ts';
import type { Suite } from './suite.ts';
import { RunError, SuiteError } from './suite-error.ts';

type Json = Record<string, unknown>;
type Line = { item: Json; sample?: Json };

/** Longer lists go up as a file of their own. */
const MAX_INLINE_BYTES = 8_000_000;

/** @throws SuiteError for a file that cannot be read, RunError for a dataset that is not there */
export async function toSource(client: OpenAI, { data }: Suite, suiteFile: string): Promise<RunSource> {
  if ('calls' in data) return { type: 'calls', ...data.calls };
  if ('dataset' in data) {
    const dataset_id = await findDataset(client, data.dataset);
    return { type: 'dataset', dataset_id, ...(data.version ? { version: data.version } : {}) };
  }
  const content =
    'items' in data ? data.items.map(toLine) : await readItems(resolve(dirname(suiteFile), data.file));
  const text = content.map((line) => JSON.stringify(line)).join('\n');
  if (Buffer.byteLength(text) <= MAX_INLINE_BYTES) return { type: 'file_content', content };
  const file = await toFile(Buffer.from(text), `${basename(suiteFile)}.jsonl`);
  const { id } = await client.files.create({ file, purpose: 'evals' });
  return { type: 'file_id', id };
}

/** OpenAI's `{item, sample?}`, or the item itself. */
function toLine(value: Json): Line {
  const names = Object.keys(value);
  const isWrapped = isObject(value['item']) && names.every((each) => each === 'item' || each === 'sample');
  if (!isWrapped) return { item: value };
  const { item, sample } = value;
  return { item: item as Json, ...(isObject(sample) ? { sample } : {}) };
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function readItems(path: string): Promise<Line[]> {
  try {
    const lines = path.toLowerCase().endsWith('.csv') ? await readCsv(path) : await readJsonl(path);
    if (lines.length === 0) throw new SuiteError(`${path} has no items.`);
    return lines;
  } catch (error) {
    if (error instanceof SuiteError) throw error;
    throw new SuiteError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function readCsv(path: string): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const record of createReadStream(path).pipe(
    parse({ columns: true, bom: true, skip_empty_lines: true }),
  )) {
    lines.push({ item: record as Json });
  }
  return lines;
}

async function readJsonl(path: string): Promise<Line[]> {
  const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const value = parseJson(line);
    if (isObject(value)) return [toLine(value)];
    throw new SuiteError(`${path}:${index + 1}: ${value === undefined ? 'is no JSON' : 'must be an object'}`);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function findDataset(client: OpenAI, wanted: string): Promise<string> {
  for (let after = ''; ;) {
    const query = { limit: 100, ...(after ? { after } : {}) };
    const page: { data: { id: string; name: string }[]; has_more: boolean } = await client.get('/datasets', {
      query,
    });
    const found = page.data.find(({ id, name }) => id === wanted || name === wanted);
    if (found) return found.id;
    after = page.data.at(-1)?.id ?? '';
    if (!page.has_more || after === '') throw new RunError(`There is no dataset ${JSON.stringify(wanted)}.`);
  }
}

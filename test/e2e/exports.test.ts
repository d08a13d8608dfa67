/** Exports as an app asks for them: real calls through the gateway, feedback, and files read with the stock SDK. */
import type OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CALLS,
  createExport,
  exportAll,
  type ExportWorld,
  getExport,
  parseLines,
  readSplit,
  startExportWorld,
  TOOL,
  waitForExport,
} from '../kit/exports.ts';
import { waitUntil } from '../kit/wait.ts';

let world: ExportWorld;
let client: OpenAI;

beforeAll(async () => {
  world = await startExportWorld();
  ({ client } = world);
});
afterAll(() => world.stop());

const SUPPORT = { type: 'calls', filter: { tag: ['support'] } };

describe('an export of calls', () => {
  it('is OpenAI’s training file, with corrections, masked, and without what should not be learned', async () => {
    const done = await exportAll(client, { name: 'support', format: 'openai_sft', source: SUPPORT });
    expect(done).toMatchObject({
      object: 'export',
      status: 'completed',
      error: null,
      total: CALLS + 2,
      warnings: [],
      counts: {
        read: CALLS + 2,
        lines: CALLS - 1,
        corrected: 1,
        left_out: { thumb_down: 1, duplicate: 1, error: 1 },
        masked: { email: 1, password: 1 },
      },
      problems: [{ reason: 'error' }],
      files: [{ split: 'train', lines: CALLS - 1 }],
    });
    const text = await readSplit(client, done);
    const lines = parseLines(text) as { messages: { role: string; content: string }[] }[];
    expect(lines).toHaveLength(CALLS - 1);
    expect(
      lines.every(({ messages }) => messages.map(({ role }) => role).join() === 'system,user,assistant'),
    ).toBe(true);
    expect(lines.map(({ messages }) => messages[2]?.content)).toContain('a better answer');
    expect(text).toContain('Write to [EMAIL], password=[SECRET:password]');
    expect(text).not.toMatch(/hunter2|taro@|answer 1"|answer 2"/);

    const [made] = done.files;
    const file = await client.files.retrieve(made?.file_id ?? '');
    expect(file).toMatchObject({
      purpose: 'fine-tune',
      filename: 'support-train.jsonl',
      bytes: Buffer.byteLength(text),
    });
    expect(made?.bytes).toBe(file.bytes);
  });

  it('has calls of tools as they were made', async () => {
    const done = await exportAll(client, {
      format: 'openai_sft',
      source: { type: 'calls', filter: { tag: 'tools' } },
    });
    expect(parseLines(await readSplit(client, done))).toEqual([
      {
        messages: [
          { role: 'user', content: 'q' },
          {
            role: 'assistant',
            tool_calls: [
              { id: 'call_1', type: 'function', function: { name: 'get_order', arguments: '{"id":"A1"}' } },
            ],
          },
        ],
        tools: [TOOL],
        parallel_tool_calls: false,
      },
    ]);
    expect(done.warnings).toEqual(['few_lines']);
  });

  it('is pairs of what was answered and what should have been', async () => {
    const done = await exportAll(client, { format: 'openai_dpo', source: SUPPORT });
    expect(parseLines(await readSplit(client, done))).toEqual([
      {
        input: {
          messages: [
            { role: 'system', content: 'Be kind.' },
            { role: 'user', content: 'question 2' },
          ],
        },
        preferred_output: [{ role: 'assistant', content: 'a better answer' }],
        non_preferred_output: [{ role: 'assistant', content: 'answer 2' }],
      },
    ]);
    expect(done.counts?.left_out['no_correction']).toBeGreaterThan(5);
  });

  it('is split by session, every line in one of the files', async () => {
    const whole = await exportAll(client, { format: 'hf_messages', source: SUPPORT });
    const options = { validation_share: 0.4 };
    const split = await exportAll(client, { format: 'hf_messages', source: SUPPORT, options });
    const files = await Promise.all([readSplit(client, split), readSplit(client, split, 'validation')]);
    expect(
      files
        .flatMap(parseLines)
        .map((line) => JSON.stringify(line))
        .toSorted(),
    ).toEqual(
      parseLines(await readSplit(client, whole))
        .map((line) => JSON.stringify(line))
        .toSorted(),
    );
    // Questions 2n and 2n + 1 were asked in one session.
    const sides = files.map(
      (text) => new Set([...text.matchAll(/question (\d+)/g)].map(([, n]) => Number(n) >> 1)),
    );
    expect([...(sides[0] ?? [])].filter((session) => sides[1]?.has(session))).toEqual([]);
  });

  it('takes what has a score, and what was given a thumb up', async () => {
    const min_score = { name: 'quality', value: 0.5 };
    const scored = await exportAll(client, { format: 'csv', source: SUPPORT, options: { min_score } });
    const [file] = scored.files;
    const bytes = Buffer.from(await (await client.files.content(file?.file_id ?? '')).arrayBuffer());
    // The byte order mark, the names, one row.
    expect(bytes.toString()).toMatch(
      /^\uFEFFtrace_id,[^\r]*\r\n[^\r]*question 3,answer 3,answer 3,false[^\r]*\r\n$/,
    );
    const liked = await exportAll(client, {
      format: 'openai_sft',
      source: SUPPORT,
      options: { feedback: 'up_only' },
    });
    expect(liked.counts).toMatchObject({ lines: 2, corrected: 1 });
  });

  it('with nothing left is complete, says why, and makes no file', async () => {
    const min_score = { name: 'quality', value: 2 };
    const done = await exportAll(client, { format: 'openai_sft', source: SUPPORT, options: { min_score } });
    expect(done).toMatchObject({
      status: 'completed',
      files: [],
      warnings: ['no_lines'],
      counts: { lines: 0 },
    });
    expect(done.counts?.left_out).toEqual({ score_missing: CALLS + 1, score_too_low: 1 });
  });

  it('is what its preview shows', async () => {
    const body = { format: 'openai_sft' as const, source: SUPPORT };
    const preview = await client.post<Record<string, unknown>>('/exports/preview', {
      body: { ...body, limit: 5 },
    });
    expect(preview).toMatchObject({
      partial: true,
      total: CALLS + 2,
      counts: { read: 5 },
      warnings: ['few_lines'],
    });
    const all = await client.post<{ lines: string[]; counts: object }>('/exports/preview', { body });
    const done = await exportAll(client, body);
    expect(all.counts).toEqual(done.counts);
    expect(all.lines).toEqual((await readSplit(client, done)).trimEnd().split('\n'));
  });
});

describe('an export of a dataset', () => {
  it('has its items, with what is expected of them and what was said of their calls', async () => {
    const dataset = await client.post<{ id: string }>('/datasets', {
      body: { name: 'support', source: SUPPORT },
    });
    await waitUntil('the dataset', async () => {
      const { items } = await client.get<{ items: number }>(`/datasets/${dataset.id}`);
      return items > 0;
    });
    const source = { type: 'dataset', dataset_id: dataset.id };
    const done = await exportAll(client, { name: 'from a dataset', format: 'openai_sft', source });
    expect(done).toMatchObject({
      status: 'completed',
      source: { ...source, version: 1 },
      counts: { corrected: 1, left_out: { thumb_down: 1, duplicate: 1 } },
    });
    const text = await readSplit(client, done);
    expect(text).toContain('a better answer');
    expect(text).not.toContain('"answer 1"');
  });
});

describe('an export', () => {
  it('is listed, and goes with its files', async () => {
    const done = await exportAll(client, { name: 'to delete', format: 'openai_sft', source: SUPPORT });
    const file_id = done.files[0]?.file_id ?? '';
    const listed = await client.get<{ data: { id: string }[] }>('/exports?limit=1');
    expect(listed.data.map(({ id }) => id)).toEqual([done.id]);
    expect(await client.delete(`/exports/${done.id}`)).toEqual({
      id: done.id,
      object: 'export',
      deleted: true,
    });
    await expect(getExport(client, done.id)).rejects.toMatchObject({ status: 404 });
    await expect(client.files.retrieve(file_id)).rejects.toMatchObject({ status: 404 });
  });

  it('that is over is not cancelled any more', async () => {
    const { id } = await exportAll(client, { format: 'openai_sft', source: SUPPORT });
    expect(await client.post(`/exports/${id}/cancel`)).toMatchObject({ status: 'completed' });
  });

  it('whose file was deleted says that there is none', async () => {
    const done = await exportAll(client, { format: 'openai_sft', source: SUPPORT });
    await client.files.delete(done.files[0]?.file_id ?? '');
    expect((await getExport(client, done.id)).files).toEqual([]);
  });

  it.each([
    [{ type: 'calls', filter: { colour: 'red' } }, 400, /source\.filter/],
    [{ type: 'calls', filter: { status: ['fine'] } }, 400, /source\.filter\.status/],
    [{ type: 'dataset', dataset_id: 'ds_none' }, 404, /no dataset ds_none/],
    [{ type: 'file', file_id: 'file-1' }, 400, /source\.type/],
  ])('is refused with a reason: %j', async (source, status, message) => {
    const wrong = createExport(client, { format: 'openai_sft', source });
    await expect(wrong).rejects.toMatchObject({ status, message: expect.stringMatching(message) as string });
  });

  it('waits for a database that is away, and then goes on', async () => {
    const oldPid = world.sekisho.pids().clickhouse;
    await world.sekisho.kill('clickhouse');
    const begun = await createExport(client, { format: 'openai_sft', source: SUPPORT });
    await world.sekisho.back('clickhouse', oldPid);
    expect((await waitForExport(client, begun.id)).counts?.lines).toBe(CALLS - 1);
  });
});

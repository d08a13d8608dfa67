/** A schedule of an evaluation in the whole product: its time comes, its run is made once and done. */
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { bootSekisho } from '../kit/boot.ts';
import { CUSTOM, EQUAL, waitForRun } from '../kit/evals.ts';
import { waitUntil } from '../kit/wait.ts';

type Schedule = { id: string; status: string; next_run_at: number | null };
const MINUTE_MS = 60_000;

test(
  'a schedule begins its run at the minute, through a kill of its room',
  { timeout: 3 * MINUTE_MS },
  async () => {
    const sekisho = await bootSekisho();
    const client = new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 8 });
    const { id } = await client.evals.create({ data_source_config: CUSTOM, testing_criteria: [EQUAL] });
    const path = `/evals/${id}/schedules`;
    const content = [{ item: { question: 'q', answer: 'a' }, sample: { output_text: 'A' } }];
    const body = {
      name: 'each minute',
      cron: '* * * * *',
      data_source: { type: 'jsonl', source: { type: 'file_content', content } },
    };
    const bad = client.post(path, { body: { ...body, cron: '0 0 0 * * *' } });
    await expect(bad).rejects.toMatchObject({ status: 400, param: 'cron' });
    const long = [{ item: { question: 'q'.repeat(70_000), answer: 'a' } }];
    const source = { type: 'file_content', content: long };
    const tooLong = client.post(path, { body: { ...body, data_source: { type: 'jsonl', source } } });
    await expect(tooLong).rejects.toMatchObject({ status: 400, param: 'data_source.source.content' });
    const schedule = (await client.post(path, { body })) as Schedule;
    expect(schedule).toMatchObject({ object: 'eval.schedule', status: 'active', timezone: 'UTC' });
    expect((schedule.next_run_at ?? 0) * 1000).toBeGreaterThan(Date.now() - MINUTE_MS);

    const oldPid = sekisho.pids().evals;
    await sekisho.kill('evals');
    await sekisho.back('console', oldPid);
    const find = async () => (await client.evals.runs.list(id)).data[0];
    const begun = await waitUntil('the run of the schedule', find, 2 * MINUTE_MS);
    const paused = (await client.post(`${path}/${schedule.id}`, { body: { status: 'paused' } })) as Schedule;
    expect(paused).toMatchObject({ status: 'paused', next_run_at: null });
    expect(begun).toMatchObject({ schedule_id: schedule.id, name: 'each minute' });
    expect(await waitForRun(client, id, begun.id)).toMatchObject({
      status: 'completed',
      result_counts: { passed: 1 },
    });
    expect((await client.evals.runs.list(id)).data).toHaveLength(1);

    expect(await client.delete(`${path}/${schedule.id}`)).toMatchObject({ deleted: true });
    expect(await client.get(path)).toMatchObject({ data: [] });
    await sekisho.stop();
  },
);

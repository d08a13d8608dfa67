/** Feedback as an app gives it, with the stock SDK, and as people in the console see and give it. */
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../collector/store/client.ts';
import { migrate } from '../../collector/store/migrate.ts';
import { bootSekisho, type Booted } from '../kit/boot.ts';
import { startTestConsole, type TestConsole } from '../kit/console.ts';
import { startTestEngine, type TestEngine } from '../kit/engine.ts';
import { spanHex, traceHex } from '../kit/spans.ts';
import { waitUntil } from '../kit/wait.ts';

type Score = Record<string, unknown> & { name: string };
type Feedback = { object: string; id: string; scores: Score[] };
type Page = { object: string; data: Score[]; has_more: boolean; next_cursor: string | null };

describe('with the stock SDK', () => {
  let sekisho: Booted;
  let client: OpenAI;
  beforeAll(async () => {
    sekisho = await bootSekisho();
    client = new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 0 });
  });
  afterAll(() => sekisho.stop());

  const give = (body: object): Promise<Feedback> => client.post('/feedback', { body });
  const list = (query: Record<string, string>): Promise<Page> => client.get('/feedback', { query });

  it('is given by the id of an answer, for a user, several things at once, and taken back', async () => {
    const { id: response_id } = await client.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'Where is my order?' }],
    });
    const given = await give({
      response_id,
      thumb: 'down',
      score: { name: 'usefulness', value: 0.25 },
      label: { name: 'topic', value: '配送' },
      comment: 'wrong order',
      correction: 'It arrives on Monday.',
      user_id: 'user-7',
    });
    expect(given).toMatchObject({ object: 'feedback', id: expect.stringMatching(/^fb_/) });
    const author = given.scores[0]?.['author'];
    expect(author).toMatch(/^key_.+:user-7$/);
    const common = { response_id, trace_id: '', span_id: '', source: 'feedback', author, retracted: false };
    expect(given.scores).toMatchObject([
      { ...common, name: 'thumb', value: 0 },
      { ...common, name: 'usefulness', value: 0.25 },
      { ...common, name: 'topic', label: '配送', value: null },
      { ...common, name: 'comment', comment: 'wrong order' },
      { ...common, name: 'correction', correction: 'It arrives on Monday.' },
    ]);
    await give({ response_id, thumb: 'up', comment: null, user_id: 'user-7' });
    await give({ response_id, thumb: 'up', user_id: 'user-8' });
    const { data, has_more } = await list({ response_id });
    expect(has_more).toBe(false);
    const said = data.map(({ name, value, author: by }) => [name, value, String(by).split(':')[1]]);
    expect(said).toEqual([
      ['thumb', 1, 'user-8'],
      ['thumb', 1, 'user-7'],
      ['correction', null, 'user-7'],
      ['topic', null, 'user-7'],
      ['usefulness', 0.25, 'user-7'],
    ]);
  });

  it('is given by the trace of an answer, and is on its call', async () => {
    const { response } = await client.chat.completions
      .create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello' }] })
      .withResponse();
    const trace_id = response.headers.get('x-sekisho-trace-id') ?? '';
    await give({ trace_id, thumb: 'up' });
    await sekisho.flush();
    const [row] = await waitUntil('the score', async () => {
      const rows = await sekisho.query<{ n: number }>(
        `SELECT count() AS n FROM scores AS c INNER JOIN spans AS s ON c.trace_id = s.trace_id
         WHERE c.name = 'thumb' AND c.trace_id = unhex({trace_id:String})`,
        { trace_id },
      );
      return rows[0]?.n === 1 ? rows : undefined;
    });
    expect(row).toEqual({ n: 1 });
  });

  it.each([
    [{ thumb: 'up' }, /trace_id or response_id is needed/],
    [{ response_id: 'r' }, /Say something/],
    [{ response_id: 'r', span_id: 'ffffffffffffffff', thumb: 'up' }, /trace_id: is needed with a span_id/],
    [{ response_id: 'r', thumb: 'sideways' }, /thumb/],
    [{ response_id: 'r', score: { name: 'thumb', value: 3 } }, /score: this name has a meaning of its own/],
    [{ response_id: 'r', label: { name: 'a,b', value: 'x' } }, /label.name/],
    [{ response_id: 'r', thumb: 'up', rating: 5 }, /rating/],
    [{ trace_id: 'abc', thumb: 'up' }, /trace_id/],
  ])('is refused with 400: %j', async (body, message) => {
    await expect(give(body)).rejects.toThrow(message);
    await expect(give(body)).rejects.toMatchObject({ status: 400 });
  });

  it('is not taken from somebody without a key', async () => {
    const stranger = new OpenAI({
      baseURL: sekisho.urls.gateway,
      apiKey: 'sk-sekisho-not-a-key',
      maxRetries: 0,
    });
    const body = { response_id: 'r', thumb: 'up' };
    await expect(stranger.post('/feedback', { body })).rejects.toMatchObject({ status: 401 });
  });
});

describe('while the database is away', () => {
  let engine: TestEngine;
  let room: TestConsole;
  beforeAll(async () => {
    engine = await startTestEngine();
    const store = await openStore(engine);
    await migrate(store);
    await store.close();
    room = await startTestConsole({ engine });
  });
  afterAll(async () => {
    await room.stop();
    await engine.stop();
  });

  const about = { trace_id: traceHex('away'), span_id: spanHex(3n) };
  const give = (body: object): Promise<Response> =>
    room.ask('reviewer', `/api/projects/${room.project_id}/feedback`, {
      method: 'POST',
      body: JSON.stringify({ ...about, ...body }),
    });
  const path = () => `/api/projects/${room.project_id}/calls/${about.trace_id}/${about.span_id}/scores`;

  it('is taken all the same, and is there once the database is back', async () => {
    const { dataDir, url } = engine;
    await engine.kill();
    const given = await give({ thumb: 'up', label: { name: 'tone', value: 'friendly' } });
    expect(given.status).toBe(201);
    const { scores } = (await given.json()) as Feedback;
    // A label is a person's judgement, a thumb is what an end user would give as well.
    expect(scores.map(({ name, source }) => [name, source])).toEqual([
      ['thumb', 'feedback'],
      ['tone', 'label'],
    ]);
    const failed = await room.ask('reviewer', path());
    expect(failed.status).toBe(503);
    engine = await startTestEngine({ dataDir, port: Number(new URL(url).port) });
    const seen = await waitUntil(
      'the scores',
      async () => {
        const answer = await room.ask('viewer', path());
        const body = (await answer.json()) as { scores?: Score[] };
        return body.scores?.length === 2 ? body.scores : undefined;
      },
      40_000,
    );
    expect(seen.map(({ name, author_name }) => [name, author_name])).toEqual([
      ['tone', 'reviewer@example.com'],
      ['thumb', 'reviewer@example.com'],
    ]);
  });

  it('is seen by its author at once, and overtakes what was said before', async () => {
    for (const thumb of ['up', 'down', null, 'up'] as const) {
      expect((await give({ thumb })).status).toBe(201);
      const { scores } = (await (await room.ask('reviewer', path())).json()) as Feedback;
      const thumbs = scores.filter(({ name }) => name === 'thumb').map(({ value }) => value);
      expect(thumbs).toEqual(thumb === null ? [] : [Number(thumb === 'up')]);
    }
  });
});

/** The outbox against a real ClickHouse: durable at once, there once, through outages and torn ends. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openOutboxFile } from '../../../collector/append/outbox-file.ts';
import { openOutbox, type Outbox } from '../../../collector/append/outbox.ts';
import { insertScores, type ScoreRow, toScoreRow } from '../../../collector/append/scores.ts';
import { openStore, type Store } from '../../../collector/store/client.ts';
import { migrate } from '../../../collector/store/migrate.ts';
import { startTestEngine, type TestEngine } from '../../kit/engine.ts';

let engine: TestEngine;
let store: Store;
let made = 0;

beforeAll(async () => {
  engine = await startTestEngine();
  store = await openStore(engine);
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await engine.stop();
});

const away = (): Promise<Store> => Promise.reject(new Error('away'));
const open = (): Promise<Store> => Promise.resolve(store);
const silent = (): void => {};

function freshFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-outbox-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'append.db');
}

function start(file: string, access: () => Promise<Store>, say: (line: string) => void = silent): Outbox {
  const outbox = openOutbox(file, access, say);
  onTestFinished(() => outbox.stop().catch(silent));
  outbox.start();
  return outbox;
}

const comment = (project_id: string, text: string): ScoreRow =>
  toScoreRow(project_id, {
    name: 'comment',
    source: 'feedback',
    author: 'key_1',
    response_id: 'r',
    comment: text,
  });
const freshProject = (): string => `proj_outbox_${++made}`;

async function stored(project_id: string): Promise<string[]> {
  const answer = await store.admin.query({
    query: 'SELECT comment FROM scores WHERE project_id = {project_id:String} ORDER BY at',
    query_params: { project_id },
    format: 'JSONEachRow',
  });
  return (await answer.json<{ comment: string }>()).map((row) => row.comment);
}

describe('the outbox', () => {
  it('keeps what was appended while the database is away, says so once, and sends it in order later', async () => {
    const project = freshProject();
    const said: string[] = [];
    let access = away;
    const outbox = start(
      freshFile(),
      () => access(),
      (line) => void said.push(line),
    );
    for (const text of ['one', 'two', 'three']) outbox.append('scores', [comment(project, text)]);
    expect(outbox.waiting).toBe(3);
    expect(await outbox.settled(600)).toBe(false);
    expect(said).toEqual(['feedback waits for the database: away']);
    access = open;
    expect(await outbox.settled(20_000)).toBe(true);
    expect(outbox.waiting).toBe(0);
    expect(await stored(project)).toEqual(['one', 'two', 'three']);
  });

  it('sends what an earlier process left behind', async () => {
    const project = freshProject();
    const file = freshFile();
    const first = openOutbox(file, away, silent);
    first.append('scores', [comment(project, 'left behind')]);
    await first.stop();
    const second = start(file, open);
    expect(await second.settled(20_000)).toBe(true);
    expect(await stored(project)).toEqual(['left behind']);
  });

  it('stores a batch once that was sent and not dropped, also when more was appended since', async () => {
    const project = freshProject();
    const file = freshFile();
    const killed = openOutboxFile(file);
    killed.add('scores', [comment(project, 'sent')]);
    const batch = killed.next();
    if (!batch) throw new Error('no batch');
    await insertScores(store, batch.rows as ScoreRow[], batch.token);
    // Killed here: the batch is stored, and the file does not know it.
    killed.add('scores', [comment(project, 'after')]);
    expect(killed.next()).toEqual(batch);
    killed.close();
    const outbox = start(file, open);
    expect(await outbox.settled(20_000)).toBe(true);
    expect(await stored(project)).toEqual(['sent', 'after']);
  });

  it('stores what an older copy of the file, put back, has under numbers that were used since', async () => {
    const project = freshProject();
    const file = freshFile();
    const outbox = openOutbox(file, open, silent);
    outbox.start();
    outbox.append('scores', [comment(project, 'before the copy')]);
    expect(await outbox.settled(20_000)).toBe(true);
    await outbox.stop();
    copyFileSync(file, `${file}.copy`);
    const later = openOutbox(file, open, silent);
    later.start();
    later.append('scores', [comment(project, 'after the copy')]);
    expect(await later.settled(20_000)).toBe(true);
    await later.stop();
    copyFileSync(`${file}.copy`, file);
    const restored = start(file, open);
    restored.append('scores', [comment(project, 'after the return')]);
    expect(await restored.settled(20_000)).toBe(true);
    expect(await stored(project)).toEqual(['before the copy', 'after the copy', 'after the return']);
  });

  it('appends all of a post or nothing', () => {
    const file = openOutboxFile(freshFile());
    onTestFinished(() => file.close());
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    expect(() => file.add('scores', [{ fine: true }, cyclic])).toThrow();
    expect(file.count()).toBe(0);
    expect(file.next()).toBeUndefined();
  });

  it('refuses with 503 what it cannot keep', async () => {
    const outbox = openOutbox(freshFile(), away, silent);
    await outbox.stop();
    const append = () => outbox.append('scores', [comment('p', 'x')]);
    expect(append).toThrow(expect.objectContaining({ code: 'store_unavailable', status: 503 }));
    expect(outbox.waiting).toBe(0);
  });

  it('sends many rows as batches of at most a thousand, each once', async () => {
    const project = freshProject();
    const outbox = start(freshFile(), open);
    const texts = Array.from({ length: 2_500 }, (_, i) => String(i));
    outbox.append(
      'scores',
      texts.map((text) => comment(project, text)),
    );
    expect(await outbox.settled(20_000)).toBe(true);
    expect(await stored(project)).toEqual(texts);
  });
});

describe('rows of scores', () => {
  it('come back as they were said, and each later than the one before', async () => {
    const project = freshProject();
    const said = {
      name: 'quality 品質',
      source: 'label',
      author: 'acct_1:ä',
      trace_id: '0123456789abcdef0123456789abcdef',
      span_id: 'ffffffffffffffff',
      value: -0.1,
      label: '良い',
      comment: 'a\u0000b\n"quoted"',
      correction: '訂正 🙂',
      run_id: 'evalrun_1',
      retracted: true,
    } as const;
    const rows = [toScoreRow(project, said), toScoreRow(project, said)];
    await insertScores(store, rows, 'as-said');
    const answer = await store.admin.query({
      query: `SELECT lower(hex(trace_id)) AS trace_id, lower(hex(span_id)) AS span_id, name, source, has_value, value,
          label, comment, correction, author, run_id, retracted, at
        FROM scores WHERE project_id = {project:String} ORDER BY at`,
      query_params: { project },
      format: 'JSONEachRow',
    });
    const [first, second] = await answer.json<{ at: string }>();
    expect(first).toEqual({ ...said, has_value: true, at: rows[0]?.at });
    expect(second?.at).toBe(rows[1]?.at);
    expect((rows[0]?.at ?? '') < (rows[1]?.at ?? '')).toBe(true);
  });
});

/** Ranking as the database does it, held against the formula, and what a search may never find. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertChunks } from '../../../collector/append/chunks.ts';
import { searchChunksVector } from '../../../collector/queries/search-chunks-vector.ts';
import { searchChunksWords } from '../../../collector/queries/search-chunks-words.ts';
import { iterateTerms } from '../../../collector/queries/search-words.ts';
import { listStoredIngests } from '../../../collector/queries/system/stored-ingests.ts';
import { runSystemQuery } from '../../../collector/queries/run.ts';
import { deleteRows } from '../../../collector/store/delete-rows.ts';
import { openStore, type Store } from '../../../collector/store/client.ts';
import { migrate } from '../../../collector/store/migrate.ts';
import { startTestEngine, type TestEngine } from '../../kit/engine.ts';

let engine: TestEngine;
let store: Store;

beforeAll(async () => {
  engine = await startTestEngine();
  store = await openStore(engine);
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await engine.stop();
});

const AT = '2026-11-22T00:00:00.000Z';
let stores = 0;

type Given = { text: string; vector?: number[] };

/** A vector store with one file per text; returns its scope. */
async function put(
  given: readonly (string | Given)[],
  project_id = 'ours',
  vector_store_id = `vs_${++stores}`,
) {
  const rows = given.map((each, index) => ({
    project_id,
    vector_store_id,
    file_id: `file-${index}`,
    ingest_id: `${project_id}-${index}`,
    position: 0,
    text: typeof each === 'string' ? each : each.text,
    tokens: 1,
    vector: typeof each === 'string' ? [] : (each.vector ?? []),
    at: AT,
  }));
  await insertChunks(store, rows, `${project_id}/${vector_store_id}`);
  return { project_id, vector_store_id, ingest_ids: rows.map((row) => row.ingest_id) };
}

const TEXTS = [
  'The lighthouse keeper keeps the lamp of the lighthouse.',
  'A lamp. Any lamp will do, as long as it is a lamp!',
  'Returns are accepted within thirty days of purchase; postage is yours.',
  'The quick brown fox, unlike the keeper, jumps over the API「Sekisho」.',
  '返品は購入から三十日以内に受け付けます。送料はお客様の負担です。',
  '灯台の手入れは灯台守の仕事です。ランプを磨きます。',
  'データベースのＡＰＩキーを発行する手順',
  'Nothing of note, but words and words and words to make it long. '.repeat(20),
];

/** BM25 as the docstring of the query has it, over the terms of the texts; as a share of the most there could be. */
function expected(query: string): [index: number, score: number][] {
  const documents = TEXTS.map((text) => [...iterateTerms(text)].map(({ term }) => term));
  const average = documents.reduce((sum, terms) => sum + terms.length, 0) / documents.length;
  const terms = [...new Set([...iterateTerms(query)].map(({ term }) => term))];
  const weights = terms.map((term) => {
    const df = documents.filter((document) => document.includes(term)).length;
    return df === 0 ? 0 : Math.log(1 + (documents.length - df + 0.5) / (df + 0.5)) * 2.2;
  });
  const most = weights.reduce((sum, weight) => sum + weight, 0);
  return documents
    .map((document, index): [number, number] => {
      const norm = 1.2 * (1 - 0.75 + (0.75 * document.length) / average);
      const score = terms.reduce((sum, term, at) => {
        const tf = document.filter((each) => each === term).length;
        return sum + ((weights[at] ?? 0) * tf) / (tf + norm);
      }, 0);
      return [index, score / most];
    })
    .filter(([, score]) => score > 0)
    .toSorted((a, b) => b[1] - a[1]);
}

describe('words', () => {
  it.each([
    ['lamp', 1],
    ['lighthouse keeper', 0],
    ['RETURNS postage', 2],
    ['sekisho api', 3],
    ['返品の送料', 4],
    ['灯台守', 5],
    ['ﾃﾞｰﾀﾍﾞｰｽの API キー', 6],
    ['words and words', 7],
    ['thirty days (三十日以内)', 4],
  ])('%s: ranked by the formula, %i first', async (query, first) => {
    const scope = await put(TEXTS);
    const hits = await searchChunksWords(store, scope, { query, limit: 20 });
    const wanted = expected(query);
    expect(hits[0]?.file_id).toBe(`file-${first}`);
    expect(hits.map((hit) => Number(hit.file_id.slice(5))).toSorted()).toEqual(
      wanted.map(([index]) => index).toSorted(),
    );
    for (const [place, [, score]] of wanted.entries()) expect(hits[place]?.score).toBeCloseTo(score, 6);
    expect(hits.every(({ score }) => score > 0 && score < 1)).toBe(true);
  });

  it.each(['', '???', '猫', 'absent 不在', "'; DROP TABLE chunks; --"])(
    '%j: finds nothing',
    async (query) => {
      const scope = await put(TEXTS);
      expect(await searchChunksWords(store, scope, { query, limit: 20 })).toEqual([]);
    },
  );

  it('looks at what is in scope alone, also for how rare a word is', async () => {
    const scope = await put(TEXTS);
    const [only = ''] = scope.ingest_ids;
    const hits = await searchChunksWords(
      store,
      { ...scope, ingest_ids: [only] },
      { query: 'lamp', limit: 9 },
    );
    expect(hits.map((hit) => hit.ingest_id)).toEqual([only]);
    expect(await searchChunksWords(store, { ...scope, ingest_ids: [] }, { query: 'lamp', limit: 9 })).toEqual(
      [],
    );
  });
});

describe('vectors', () => {
  it('are ranked by their cosine, whatever their length; other dimensions and zeros are left out', async () => {
    const scope = await put([
      { text: 'same', vector: [10, 0] },
      { text: 'near', vector: [1, 1] },
      { text: 'across', vector: [0, 3] },
      { text: 'against', vector: [-1, 0] },
      { text: 'zero', vector: [0, 0] },
      { text: 'longer', vector: [1, 0, 0] },
      { text: 'none' },
    ]);
    const hits = await searchChunksVector(store, scope, { vector: [2, 0], limit: 9 });
    expect(hits.map((hit) => hit.file_id)).toEqual(['file-0', 'file-1', 'file-2', 'file-3']);
    const scores = hits.map((hit) => hit.score);
    expect(scores[0]).toBeCloseTo(1, 6);
    expect(scores[1]).toBeCloseTo(Math.SQRT1_2, 6);
    expect(scores.slice(2).every((score) => score < 1e-6 && score >= 0)).toBe(true);
    expect(await searchChunksVector(store, scope, { vector: [0, 0], limit: 9 })).toEqual([]);
  });
});

describe('what is not ours', () => {
  it('is found by neither, though store and ingest are named alike', async () => {
    const ours = await put([{ text: 'our lamp', vector: [1, 0] }], 'ours', 'vs_shared');
    const theirs = await put([{ text: 'their lamp', vector: [1, 0] }], 'theirs', 'vs_shared');
    const asOurs = { ...theirs, project_id: 'ours' };
    expect(await searchChunksWords(store, asOurs, { query: 'lamp', limit: 9 })).toEqual([]);
    expect(await searchChunksVector(store, asOurs, { vector: [1, 0], limit: 9 })).toEqual([]);
    const both = { ...ours, ingest_ids: [...ours.ingest_ids, ...theirs.ingest_ids] };
    const hits = await searchChunksWords(store, both, { query: 'lamp', limit: 9 });
    expect(hits.map((hit) => hit.ingest_id)).toEqual(ours.ingest_ids);
  });
});

describe('a search over many files', () => {
  it('takes as many as a store may have', async () => {
    const scope = await put(TEXTS);
    const many = Array.from({ length: 10_000 }, (_, index) => index.toString(16).padStart(16, '0'));
    const hits = await searchChunksWords(
      store,
      { ...scope, ingest_ids: [...many, ...scope.ingest_ids] },
      { query: 'lighthouse', limit: 9 },
    );
    expect(hits.map((hit) => hit.file_id)).toEqual(['file-0']);
  });
});

it('deletes rows for good: their bytes are not there any more, and the others are', async () => {
  const scope = await put(TEXTS, 'swept');
  const gone = scope.ingest_ids.slice(0, 4);
  const old = await listStoredIngests(store, 3600);
  expect(old.filter((ingest) => ingest.project_id === 'swept')).toHaveLength(TEXTS.length);
  const where = 'project_id = {project_id:String} AND ingest_id IN {ids:Array(String)}';
  await deleteRows(store, { table: 'chunks', where, params: { project_id: 'swept', ids: gone } });
  const [count] = await runSystemQuery<{ rows: string; hidden: string }>(store, {
    name: 'test',
    query: `SELECT count() AS rows, (SELECT countIf(_row_exists = 0) FROM chunks SETTINGS apply_deleted_mask = 0) AS hidden
      FROM chunks WHERE project_id = 'swept'`,
  });
  expect(count).toEqual({ rows: String(TEXTS.length - 4), hidden: '0' });
  const hits = await searchChunksWords(store, scope, { query: 'lamp 灯台', limit: 9 });
  expect(hits.map((hit) => hit.file_id)).toEqual(['file-5']);
});

/** What is in a dataset: read page by page and downloaded, by the stock SDK. */
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootSekisho, type Booted } from '../kit/boot.ts';
import { datasetsOf, type Item, type List } from '../kit/datasets.ts';

type Datasets = ReturnType<typeof datasetsOf>;
let sekisho: Booted;
let client: OpenAI;
let datasets: Datasets;

beforeAll(async () => {
  sekisho = await bootSekisho();
  client = new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 0 });
  datasets = datasetsOf(client);
});
afterAll(() => sekisho.stop());

describe('what is in it', () => {
  const rows = Array.from({ length: 25 }, (_, n) => ({
    q: `=${n}`,
    n,
    nested: { a: [n] },
    ...(n === 3 && { late: '-1' }),
  }));
  let id: string;
  beforeAll(async () => {
    const text = rows.map((row) => JSON.stringify(row)).join('\n');
    id = await datasets.make({ type: 'file', file_id: await datasets.upload('rows.jsonl', text) });
    await datasets.over(id, 1);
  });

  it('comes page by page, in order', async () => {
    const seen: unknown[] = [];
    for (let after: string | undefined; ;) {
      const query = { limit: 10, ...(after && { after }) };
      const page: List<Item> = await client.get(`/datasets/${id}/items`, { query });
      seen.push(...page.data.map(({ item }) => item));
      if (!page.has_more) break;
      after = page.last_id ?? '';
    }
    expect(seen).toEqual(rows);
    await expect(datasets.itemsOf(id, { after: 'item_unknown' })).rejects.toThrow(
      /after: is not in this list/,
    );
  });

  it('is downloaded as JSONL, which makes the same items again', async () => {
    const response = await datasets.download(id, {});
    expect(response.headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename=questions-v1.jsonl');
    const text = await response.text();
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Item);
    expect(lines.map(({ item }) => item)).toEqual(rows);
    const again = await datasets.make({ type: 'file', file_id: await datasets.upload('again.jsonl', text) });
    await datasets.over(again, 1);
    const [before, after] = [await datasets.itemsOf(id), await datasets.itemsOf(again)];
    expect(after).toEqual(before);
  });

  it('is downloaded as CSV that no spreadsheet runs', async () => {
    const response = await datasets.download(id, { format: 'csv' });
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const [head, first, ...rest] = (await response.text()).split('\r\n');
    const [{ item_id } = { item_id: '' }] = await datasets.itemsOf(id);
    expect(head).toBe('item_id,q,n,nested,late,trace_id,span_id,session_id');
    expect(first).toBe(`${item_id},'=0,0,"{""a"":[0]}",,,,`);
    expect(rest[2]).toContain(`,'=3,3,"{""a"":[3]}",-1,`);
  });
});

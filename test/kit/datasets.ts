/** Datasets through the stock SDK, as tests drive them. */
import type OpenAI from 'openai';
import { toFile } from 'openai';
import { waitUntil } from './wait.ts';

export type Json = Record<string, unknown>;
export type Version = { version: number; status: string; items: number; problems: string[] };
export type Item = {
  item_id: string;
  position: number;
  item: Json;
  trace_id: string;
  span_id: string;
  session_id: string;
};
export type List<T> = { data: T[]; has_more: boolean; last_id: string | null };

const OPEN = ['queued', 'in_progress'];

/** What a test does with datasets by `client`. */
export function datasetsOf(client: OpenAI) {
  return {
    /** With `source` its version 1 is begun. @returns its id */
    async make(source?: Json): Promise<string> {
      const body = { name: 'questions', ...(source && { source }) };
      return (await client.post<{ id: string }>('/datasets', { body })).id;
    },
    begin: (id: string, source: Json): Promise<Version> =>
      client.post(`/datasets/${id}/versions`, { body: { source } }),
    /** The version when it is over, however it ended. */
    over: (id: string, version: number, ms?: number): Promise<Version> =>
      waitUntil(
        `the end of version ${version}`,
        async () => {
          const found: Version = await client.get(`/datasets/${id}/versions/${version}`);
          return OPEN.includes(found.status) ? undefined : found;
        },
        ms,
      ),
    /** The first hundred. */
    itemsOf: async (id: string, query: Json = {}): Promise<Item[]> =>
      (await client.get<List<Item>>(`/datasets/${id}/items`, { query: { limit: 100, ...query } })).data,
    download: (id: string, query: Json): Promise<Response> =>
      client.get(`/datasets/${id}/content`, { query, __binaryResponse: true }),
    /** @returns the file's id */
    upload: async (name: string, text: string): Promise<string> =>
      (await client.files.create({ file: await toFile(Buffer.from(text), name), purpose: 'evals' })).id,
  };
}

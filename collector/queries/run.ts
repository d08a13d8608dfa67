/**
 * The one door of read queries. It names them, binds their parameters, and puts the project where the database's row
 * policies look for it: a query that forgets its project sees nothing.
 */
import { randomUUID } from 'node:crypto';
import { AppError } from '../../errors.ts';
import type { Store } from '../store/client.ts';
import { toStoreError } from '../store/store-error.ts';

export type QueryParams = Readonly<Record<string, unknown>>;

export type SystemQuery = {
  /** Name of the question: prefix of the query's id and tag in its text. */
  name: string;
  /** SQL with `{name:Type}` parameters, without FORMAT and SETTINGS. */
  query: string;
  params?: QueryParams;
  /** Aborting it also ends the query in the server. */
  signal?: AbortSignal | undefined;
  /** More rows than this are an error; 10,000 by default. */
  max_rows?: number;
};

export type ProjectQuery = SystemQuery & { project_id: string };

const MAX_ROWS = 10_000;
const TOO_MANY_ROWS = 396;

/** What the reader's profile says; sent along where one foreign user stands in for all. */
const LIMITS = { max_execution_time: 20, readonly: '2', use_top_k_dynamic_filtering: 0 } as const;

/**
 * Asks one question of one project. Integers of 64 bits and decimals come as strings, times as ISO 8601 in UTC.
 * @throws AppError `store_unavailable`, `query_timeout`, or `invalid_query` for too many rows; the signal's reason
 */
export async function runQuery<Row>(store: Store, question: ProjectQuery): Promise<Row[]> {
  if (!question.project_id) throw new AppError('internal_error', 'A query needs its project.');
  return ask(store, 'reader', question, { log_comment: question.project_id });
}

/** Asks one question across all projects, as user `system`; only for `queries/system/`. @throws like `runQuery` */
export async function runSystemQuery<Row>(store: Store, question: SystemQuery): Promise<Row[]> {
  return ask(store, 'system', question, {});
}

async function ask<Row>(
  store: Store,
  lane: 'reader' | 'system',
  { name, query, params, signal, max_rows = MAX_ROWS }: SystemQuery,
  settings: { log_comment?: string },
): Promise<Row[]> {
  if (!/^[a-z][\w.-]*$/.test(name)) throw new AppError('internal_error', 'A query needs a plain name.');
  signal?.throwIfAborted();
  const id = `${name}-${randomUUID()}`;
  // A silent query does not notice that nobody listens: it has to be told.
  const end = (): void => void killQuery(store, id);
  signal?.addEventListener('abort', end, { once: true });
  try {
    const answer = await store[lane].query({
      query: `/* ${name} */ ${query}`,
      query_params: { ...params },
      query_id: id,
      format: 'JSONEachRow',
      clickhouse_settings: {
        ...settings,
        ...(store.separated ? {} : LIMITS),
        max_result_rows: String(max_rows),
        result_overflow_mode: 'throw',
        // Errors come with their own status, never in the middle of an answer.
        wait_end_of_query: 1,
      },
      ...(signal && { abort_signal: signal }),
    });
    return await answer.json<Row>();
  } catch (error) {
    signal?.throwIfAborted();
    throw toQueryError(error);
  } finally {
    signal?.removeEventListener('abort', end);
  }
}

async function killQuery(store: Store, id: string): Promise<void> {
  try {
    await store.admin.command({
      query: 'KILL QUERY WHERE query_id = {id:String} ASYNC',
      query_params: { id },
    });
  } catch {
    // Its own time limit ends it.
  }
}

function toQueryError(thrown: unknown): AppError {
  const error = toStoreError(thrown);
  const cause = { cause: error };
  if (error.isTimeout) return new AppError('query_timeout', 'This question took too long. Narrow it.', cause);
  if (error.code === TOO_MANY_ROWS) {
    return new AppError('invalid_query', 'This question has too many answers. Narrow it.', cause);
  }
  return new AppError('store_unavailable', 'The database cannot answer now. Try again.', cause);
}

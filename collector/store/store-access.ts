/** The console's way to ClickHouse, opened at first need and tried again at the next one. */
import { AppError } from '../../errors.ts';
import type { Config } from '../../config.ts';
import { openStore, type Store } from './client.ts';

export type StoreAccess = {
  /** @throws AppError store_unavailable */
  get(): Promise<Store>;
  close(): Promise<void>;
};

/** Nothing is opened yet. `given` (of a test) is used as it is, and not closed. */
export function createStoreAccess(url: string, config: Config, secret: string, given?: Store): StoreAccess {
  let opening: Promise<Store> | undefined;
  return {
    get() {
      if (given) return Promise.resolve(given);
      opening ??= openStore({
        url,
        secret,
        database: config.CLICKHOUSE_DATABASE,
        user: config.CLICKHOUSE_USER,
        password: config.CLICKHOUSE_PASSWORD,
      }).catch((cause: unknown) => {
        opening = undefined;
        throw new AppError('store_unavailable', 'The database cannot be reached now. Try again.', { cause });
      });
      return opening;
    },
    async close() {
      await opening?.then((store) => store.close()).catch(() => {});
    },
  };
}

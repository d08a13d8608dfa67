/** What the console's parts share: made once in `start.ts`, passed as an argument. */
import type { Config } from '../../config.ts';
import type { Registry } from '../../collector/registry/store.ts';
import type { Role } from '../../collector/record/registry.ts';
import type { Store } from '../../collector/store/client.ts';
import type { LiveCalls } from './live/poller.ts';
import type { Throttle } from './guard/throttle.ts';

export type ConsoleContext = {
  readonly config: Config;
  readonly secret: string;
  readonly registry: Registry;
  /** Opened at first need: the console serves its page and sign-in also while the database is away. */
  readonly store: () => Promise<Store>;
  readonly live: LiveCalls;
  /** Base URLs of the other rooms as this process reaches them. */
  readonly urls: { gateway: string; collector: string; clickhouse: string };
  /** Failed sign-ins. */
  readonly throttle: Throttle;
  /** Aborted when the console stops: ends whatever is held open. */
  readonly stopping: AbortSignal;
};

/** Who asks, once signed in. `role` is theirs in the project of the route, or in the whole installation. */
export type Caller = { account_id: string; token: string; role: Role | undefined };

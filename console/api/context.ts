/** What the console's parts share: made once in `start.ts`, passed as an argument. */
import type { Outbox } from '../../collector/append/outbox.ts';
import type { Config } from '../../config.ts';
import type { Registry } from '../../collector/registry/store.ts';
import type { Role } from '../../collector/record/registry.ts';
import type { Store } from '../../collector/store/client.ts';
import type { FileContents } from '../../evals/files/contents.ts';
import type { GatewayClient } from '../../evals/gateway-client.ts';
import type { LiveCalls } from './live/poller.ts';
import type { Throttle } from './guard/throttle.ts';

export type ConsoleContext = {
  readonly config: Config;
  readonly secret: string;
  readonly registry: Registry;
  /** Opened at first need: the console serves its page and sign-in also while the database is away. */
  readonly store: () => Promise<Store>;
  /** Small records on their way to the database: durable at once. */
  readonly outbox: Outbox;
  readonly live: LiveCalls;
  /** Base URLs of the other rooms as this process reaches them. */
  readonly urls: { gateway: string; collector: string; clickhouse: string };
  /** Models, for what people try out. */
  readonly gateway: GatewayClient;
  /** Bytes of files that are ours. */
  readonly contents: FileContents;
  /** Failed sign-ins. */
  readonly throttle: Throttle;
  /** Aborted when the console stops: ends whatever is held open. */
  readonly stopping: AbortSignal;
};

/**
 * Who asks. `role` is theirs in the project of the route, or in the whole installation. `actor` is what the registry
 * notes as the author: the account, or the key that an app came with (then there is no account and no token).
 */
export type Caller = { actor: string; account_id: string; token: string; role: Role | undefined };

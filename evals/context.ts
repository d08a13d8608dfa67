/** What the room's parts share: made once in `start.ts`, passed as an argument. */
import type { RegistryView } from '../collector/registry/view.ts';
import type { Store } from '../collector/store/client.ts';
import type { FileContents } from './files/contents.ts';
import type { GatewayClient } from './gateway-client.ts';
import type { RegistryWriter } from './jobs/writer.ts';

export type EvalsContext = {
  /** The registry as this room follows it. */
  readonly registry: RegistryView;
  /** Appends through the console, which alone writes the registry. */
  readonly writer: RegistryWriter;
  /** @throws AppError store_unavailable */
  readonly store: () => Promise<Store>;
  readonly gateway: GatewayClient;
  /** Bytes of files that are ours. */
  readonly contents: FileContents;
  /** SEKISHO_EMBEDDING_MODEL; '' where none is set. */
  readonly embeddingModel: string;
  readonly say: (line: string) => void;
};

/** The gateway's handle on its spool writer and shipping worker, which live and end together. */
import { mkdirSync, statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { createSpoolWriter, type SpoolWriter } from '../../collector/spool/writer.ts';
import { listSegments, listWriters } from '../../collector/spool/reader.ts';
import { segmentPath } from '../../collector/spool/segment.ts';
import type { FromWorker, ToWorker, WorkerOptions } from './messages.ts';

const STATE_EVERY_MS = 1000;
/** A batch lives for a moment and dies whole: room for it to die young. */
const YOUNG_GENERATION_MB = 64;

export type ShipperOptions = {
  /** Folder of all writers. */
  spool: string;
  secret: string;
  collectorUrl: string;
  maxBytes: number;
  onTrouble: (line: string) => void;
  /** The worker died of a bug: nothing would be shipped any more, so the gateway has to start anew. */
  onDeath: (error: Error) => void;
};

/** Makes the spool folder, starts writer and worker. */
export async function createShipper(options: ShipperOptions): Promise<Shipper> {
  const { spool, secret, collectorUrl, maxBytes, onTrouble } = options;
  mkdirSync(spool, { recursive: true, mode: 0o700 });
  const leftBehind = spoolBytes(spool);
  const closed: { tell?: (n: number) => void } = {};
  const onClosed = (n: number): void => closed.tell?.(n);
  const writer = await createSpoolWriter({ folder: spool, secret, maxBytes, onClosed, onTrouble });
  writer.quota.add(leftBehind);
  const workerData: WorkerOptions = { folder: writer.folder, spool, secret, collectorUrl };
  const shipper = new Shipper(options, writer, workerData);
  closed.tell = (n) => shipper.tell({ type: 'closed', n });
  return shipper;
}

export class Shipper {
  readonly writer: SpoolWriter;
  #worker: Worker;
  #flushes = new Map<number, () => void>();
  #nextFlush = 1;
  #stateTimer: NodeJS.Timeout;
  #stopped = Promise.withResolvers<void>();
  #isStopping = false;

  constructor({ onTrouble, onDeath }: ShipperOptions, writer: SpoolWriter, workerData: WorkerOptions) {
    this.writer = writer;
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB };
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData, resourceLimits });
    this.#worker.on('error', (error) => onDeath(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('message', (message: FromWorker) => {
      if (message.type === 'freed') writer.quota.add(-message.bytes);
      else if (message.type === 'trouble') onTrouble(message.line);
      else if (message.type === 'stopped') this.#stopped.resolve();
      else {
        this.#flushes.get(message.id)?.();
        this.#flushes.delete(message.id);
      }
    });
    this.#stateTimer = setInterval(() => this.#tellState(), STATE_EVERY_MS);
  }

  tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #tellState(): void {
    this.tell({ type: 'state', highSeq: this.writer.highSeq, lost: { ...this.writer.quota.lost } });
  }

  /** Closes the current segment; resolves when it and all before it are stored. */
  flush(): Promise<void> {
    this.writer.flush();
    this.#tellState();
    const id = this.#nextFlush++;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#flushes.set(id, resolve);
    this.tell({ type: 'flush', id });
    return promise;
  }

  /** Flushes for at most `withinMs`, says goodbye to the collector, ends the worker. What is left is adopted later. */
  async stop(withinMs: number): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    clearInterval(this.#stateTimer);
    this.writer.stop();
    this.#tellState();
    this.tell({ type: 'stop', withinMs });
    await this.#stopped.promise;
    await this.#worker.terminate();
    this.writer.release();
  }
}

function spoolBytes(spool: string): number {
  const names = listWriters(spool).flatMap((folder) =>
    listSegments(folder).map((n) => segmentPath(folder, n)),
  );
  return names.reduce((sum, name) => sum + statSync(name).size, 0);
}

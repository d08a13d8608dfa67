/**
 * The shipping worker thread: own closed segments in order, then what dead writers left behind. It reads, makes
 * spans, posts, and unlinks what is acknowledged; the event loop that serves clients never waits for any of it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { createSpanMaker } from '../telemetry.ts';
import { adoptDeadWriters } from './adopt.ts';
import { createPoster } from './post.ts';
import { shipBatch, type ShipContext } from './ship-batch.ts';
import { SpoolReader } from '../../collector/spool/reader.ts';
import type { FromWorker, ToWorker, WorkerOptions } from './messages.ts';

const HEARTBEAT_MS = 10_000;
const ADOPT_EVERY_MS = 15_000;

// What an operator set for his own telemetry must not decide what is captured.
for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) delete process.env[name];

const options = workerData as WorkerOptions;
const port = parentPort;
if (!port) throw new Error('runs as a worker thread only');
const tell = (message: FromWorker) => port.postMessage(message);
const say = (line: string) => tell({ type: 'trouble', line });

const stopping = new AbortController();
const context: ShipContext = {
  maker: createSpanMaker(),
  poster: createPoster(options.collectorUrl, options.secret, say),
  signal: stopping.signal,
  say,
};
const reader = new SpoolReader(options.folder, options.secret);
const queue: number[] = [];
const waiting: number[] = [];
let state = { highSeq: 0, lost: {} as Record<string, number> };
let damaged = 0;
let work = Promise.resolve();

/** All work is one chain: one post at a time, in order. */
function enqueue(task: () => Promise<void>): void {
  work = work.then(task).catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error; // a bug: the thread and with it the gateway starts anew
  });
}

async function shipQueued(): Promise<void> {
  for (let n = queue.shift(); n !== undefined; n = queue.shift()) {
    const batch = reader.read(n);
    damaged += batch.damagedCalls;
    await shipBatch(context, batch);
    tell({ type: 'freed', bytes: reader.acknowledge(batch) });
  }
}

async function beat(kind: 'hello' | 'alive' | 'bye'): Promise<void> {
  const lost = damaged > 0 ? { ...state.lost, damaged } : state.lost;
  const about = { writer: reader.writer, state: { kind, highSeq: state.highSeq, lost } };
  await context.poster.post(context.maker.encode([], about), context.signal);
}

function adopt(): Promise<void> {
  return adoptDeadWriters(context, options, (bytes) => tell({ type: 'freed', bytes }), shipQueued);
}

port.on('message', (message: ToWorker) => {
  if (message.type === 'closed') {
    queue.push(message.n);
    enqueue(shipQueued);
  } else if (message.type === 'state') {
    state = { highSeq: message.highSeq, lost: message.lost };
  } else if (message.type === 'flush') {
    waiting.push(message.id);
    enqueue(async () => {
      const id = waiting.shift();
      if (id !== undefined) tell({ type: 'flushed', id });
    });
  } else {
    enqueue(async () => {
      await beat('bye');
      reader.removeFolderIfEmpty();
    });
    enqueue(async () => tell({ type: 'stopped' }));
    setTimeout(() => {
      stopping.abort();
      tell({ type: 'stopped' });
    }, message.withinMs);
  }
});

enqueue(() => beat('hello'));
enqueue(adopt);
setInterval(() => enqueue(() => beat('alive')), HEARTBEAT_MS);
setInterval(() => enqueue(adopt), ADOPT_EVERY_MS);

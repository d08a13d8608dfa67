/** The load generator: a process that sends calls as it is told, and measures what a client would. */
import { type Dispatcher, Pool } from 'undici';
import { type Case, toBodies } from './cases.ts';
import { reportReady } from './child.ts';

export type LoadOrder = {
  origin: string;
  headers: Record<string, string>;
  item: Case;
  /** Calls per second at fixed times, whatever the answers do; without it the next call waits for an answer. */
  rate?: number;
  calls: number;
};

export type LoadResult = {
  calls: number;
  failed: number;
  seconds: number;
  /** Milliseconds from when the call was due to the end of its answer, and to its first byte. */
  p50: number;
  p99: number;
  firstP50: number;
};

type Done = (failed: boolean, firstAt: number) => void;

/** A quantile of numbers, which it sorts. */
function toQuantile(values: Float64Array, share: number): number {
  values.sort();
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
}

function toHandler(done: Done): Dispatcher.DispatchHandler {
  let status = 0;
  let firstAt = 0;
  return {
    onRequestStart() {},
    onResponseStart(_controller, code) {
      status = code;
    },
    onResponseData() {
      if (firstAt === 0) firstAt = performance.now();
    },
    onResponseEnd() {
      done(status !== 200, firstAt);
    },
    onResponseError() {
      done(true, firstAt);
    },
  };
}

async function run(order: LoadOrder): Promise<LoadResult> {
  const { item, calls, rate } = order;
  const pool = new Pool(order.origin, { connections: rate ? 256 : item.connections, pipelining: 1 });
  const bodies = toBodies(item);
  const headers = { 'content-type': 'application/json', 'user-agent': 'bench', ...order.headers };
  const total = new Float64Array(calls);
  const first = new Float64Array(calls);
  let sent = 0;
  let failed = 0;
  let over = 0;
  const started = performance.now();
  const { promise, resolve } = Promise.withResolvers<void>();

  function sendOne(due: number): void {
    const body = bodies[sent++ % bodies.length] ?? Buffer.alloc(0);
    const handler = toHandler((isFailed, firstAt) => {
      if (isFailed) failed++;
      total[over] = performance.now() - due;
      first[over] = firstAt - due;
      over++;
      if (over === calls) resolve();
      else if (rate === undefined && sent < calls) sendOne(performance.now());
    });
    pool.dispatch({ path: '/v1/chat/completions', method: 'POST', headers, body }, handler);
  }

  if (rate === undefined) {
    for (let i = 0; i < item.connections && sent < calls; i++) sendOne(performance.now());
  } else {
    const timer = setInterval(() => {
      const due = () => started + (sent * 1000) / rate;
      while (sent < calls && due() <= performance.now()) sendOne(due());
      if (sent === calls) clearInterval(timer);
    }, 1);
  }
  await promise;
  const seconds = (performance.now() - started) / 1000;
  await pool.close();
  return {
    calls,
    failed,
    seconds,
    p50: toQuantile(total, 0.5),
    p99: toQuantile(total, 0.99),
    firstP50: toQuantile(first, 0.5),
  };
}

process.on('message', (order) => {
  run(order as LoadOrder).then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
reportReady({});

/**
 * `npm run bench`: what capturing costs, as ratios to a bare Node proxy in one run. Writes test/bench/RESULTS.md.
 *   --rounds N    rounds of each case (5)        --scale X   calls of each measurement, times X (1)
 *   --only TEXT   cases whose name has TEXT      --floor     without the gateway: floor and http-proxy-middleware
 *   --out FILE    instead of RESULTS.md          --no-latency
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CASES } from './cases.ts';
import { measure, type Target, toRatio } from './measure.ts';
import { type Booted, bootSekisho, type RoomName } from '../kit/boot.ts';
import { readMemoryMb, type Started, startLoad, startServer } from './processes.ts';
import { type Report, type Stored, toMarkdown } from './report.ts';

const LATENCY_SECONDS = 6;
const LATENCY_CASES = [
  { item: CASES[0], rate: 500 },
  { item: CASES.find((item) => item.stream), rate: 100 },
];
const ROOMS = ['collector', 'clickhouse'] as const;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    scale: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    floor: { type: 'boolean', default: false },
    'no-latency': { type: 'boolean', default: false },
    out: { type: 'string', default: fileURLToPath(new URL('RESULTS.md', import.meta.url)) },
  },
});
const roundCount = Number(values.rounds);
const say = (text: string) => process.stderr.write(`${text}\n`);

function toTarget(name: string, server: Started): Target {
  return { name, origin: server.url, headers: {}, pids: server.pids, beside: {} };
}

function toGatewayTarget(sekisho: Booted): Target {
  const of = (room: RoomName) => () => [sekisho.pids()[room] ?? 0];
  return {
    name: 'gateway',
    origin: sekisho.origin,
    headers: { authorization: `Bearer ${sekisho.apiKey}` },
    pids: of('gateway'),
    beside: Object.fromEntries(ROOMS.map((room) => [room, of(room)])),
    settle: () => sekisho.flush(),
  };
}

async function findCaptured(sekisho: Booted, sent: number): Promise<Report['captured']> {
  await sekisho.flush();
  const sql = 'SELECT count() AS rows, uniqExact(writer, seq) AS distinct FROM spans';
  const [stored = { rows: 0, distinct: 0 }] = await sekisho.query<Stored>(sql);
  const rooms = ['gateway', ...ROOMS] as const;
  const memoryMb = rooms.map((room) => [room, readMemoryMb([sekisho.pids()[room] ?? 0])]);
  return { sent, stored, memoryMb: Object.fromEntries(memoryMb) as Record<string, number> };
}

const running: { stop(): Promise<unknown> }[] = [];
function keep<T extends { stop(): Promise<unknown> }>(part: T): T {
  running.push(part);
  return part;
}

async function run(): Promise<void> {
  const upstream = keep(await startServer('upstream.ts'));
  const load = keep(await startLoad());
  const floor = toTarget('floor', keep(await startServer('floor.ts', upstream.url)));
  const hpm = toTarget('hpm', keep(await startServer('hpm.ts', upstream.url)));
  const sekisho = values.floor ? undefined : keep(await bootSekisho({ upstream: `${upstream.url}/v1` }));
  const targets = [floor, ...(sekisho ? [toGatewayTarget(sekisho)] : []), hpm];
  let sent = 0;
  const counted = {
    run: async (order: Parameters<typeof load.run>[0]) => {
      if (sekisho && order.origin === sekisho.origin) sent += order.calls;
      return load.run(order);
    },
  };

  const report: Report = {
    costs: [],
    latencies: [],
    roundCount,
    command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(
      ' ',
    ),
  };
  // written after every case, so that a run that is stopped leaves what it has
  const write = () => writeFileSync(values.out, toMarkdown(report));
  for (const item of CASES.filter(({ name }) => name.includes(values.only))) {
    const calls = Math.max(100, Math.round(item.calls * Number(values.scale)));
    const onRound = (round: number) => say(`${item.name}: round ${round + 1} of ${roundCount}`);
    const rounds = await measure(counted, targets, { item, rounds: roundCount, calls, onRound });
    report.costs.push({ item, rounds });
    write();
    for (const { name } of targets.slice(1)) {
      say(`  ${name}: ${toRatio(rounds, name, 'floor', (m) => m.cpuUs).toFixed(2)} x floor`);
    }
  }

  for (const { item, rate } of values['no-latency'] ? [] : LATENCY_CASES) {
    if (item === undefined) continue;
    const calls = Math.round(rate * LATENCY_SECONDS * Number(values.scale));
    const onRound = (round: number) => say(`${item.name} at ${rate}/s: round ${round + 1} of ${roundCount}`);
    const all = [toTarget('direct', upstream), ...targets];
    report.latencies.push({
      item,
      rate,
      rounds: await measure(counted, all, { item, rate, rounds: roundCount, calls, onRound }),
    });
  }

  if (sekisho) report.captured = await findCaptured(sekisho, sent);
  write();
  say(`Written to ${values.out}`);
}

const stopAll = () => Promise.all(running.splice(0).map((part) => part.stop()));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopAll().finally(() => process.exit(130)));
}
try {
  await run();
} finally {
  await stopAll();
}
process.exit();

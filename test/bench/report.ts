/** RESULTS.md: what was measured, on what, and how to do it again. */
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Case } from './cases.ts';
import { type Measured, type Rounds, toDifference, toRatio, toTypical } from './measure.ts';

export type CostResult = { item: Case; rounds: Rounds };
export type LatencyResult = { item: Case; rate: number; rounds: Rounds };
/** Rows of `spans`, and how many different calls they are. */
export type Stored = { rows: number; distinct: number };
export type Report = {
  costs: CostResult[];
  latencies: LatencyResult[];
  command: string;
  roundCount: number;
  captured?: undefined | { sent: number; stored: Stored; memoryMb: Record<string, number> };
};

/** Above the number of processors, others were using the machine too. */
const loadAtStart = loadavg()[0] ?? 0;
const LOCK = new URL('../../package-lock.json', import.meta.url);

function toVersion(name: string): string {
  const lock = JSON.parse(readFileSync(LOCK, 'utf8')) as { packages: Record<string, { version?: string }> };
  return `${name} ${lock.packages[`node_modules/${name}`]?.version ?? 'unknown'}`;
}

function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const cpu = (m: Measured) => m.cpuUs;
const round = (value: number) => (Number.isNaN(value) ? '' : value.toFixed(0));

function toSpread(rounds: Rounds, one: string, other: string): string {
  const others = rounds.get(other) ?? [];
  const ratios = (rounds.get(one) ?? []).map((m, index) => m.cpuUs / (others[index]?.cpuUs ?? Number.NaN));
  return `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
}

function toCostRow({ item, rounds }: CostResult): string[] {
  const beside = (name: string) => round(toTypical(rounds, 'gateway', (m) => m.besideUs[name] ?? Number.NaN));
  const perSecond = (name: string) => round(toTypical(rounds, name, (m) => m.calls / m.seconds));
  const gateway = rounds.has('gateway')
    ? [
        round(toTypical(rounds, 'gateway', cpu)),
        `**${toRatio(rounds, 'gateway', 'floor', cpu).toFixed(2)}**`,
        toSpread(rounds, 'gateway', 'floor'),
        beside('collector'),
        beside('clickhouse'),
        perSecond('gateway'),
      ]
    : ['', '', '', '', '', ''];
  return [
    item.name,
    round(toTypical(rounds, 'floor', cpu)),
    round(toTypical(rounds, 'hpm', cpu)),
    toRatio(rounds, 'hpm', 'floor', cpu).toFixed(2),
    ...gateway,
    perSecond('floor'),
  ];
}

function toLatencyRows({ item, rate, rounds }: LatencyResult): string[][] {
  return [...rounds.keys()].map((name) => {
    const value = (read: (m: Measured) => number) => toTypical(rounds, name, read).toFixed(2);
    const over = (other: string, read: (m: Measured) => number) =>
      name === other ? '' : toDifference(rounds, name, other, read).toFixed(2);
    return [
      `${item.name}, ${rate}/s`,
      name,
      value((m) => m.p50),
      value((m) => m.p99),
      over('direct', (m) => m.p50),
      over('direct', (m) => m.p99),
      over('floor', (m) => m.p50),
      over('floor', (m) => m.p99),
      over('direct', (m) => m.firstP50),
    ];
  });
}

const COST_HEAD = [
  'case',
  'floor us',
  'http-proxy-middleware us',
  'x floor',
  'gateway us',
  'x floor',
  'from to',
  'collector us',
  'engine us',
  'gateway calls/s',
  'floor calls/s',
];
const LATENCY_HEAD = [
  'case',
  'target',
  'p50',
  'p99',
  'p50 over direct',
  'p99 over direct',
  'p50 over floor',
  'p99 over floor',
  'first byte p50 over direct',
];

function toCapturedText(captured: NonNullable<Report['captured']>): string {
  const { sent, stored, memoryMb } = captured;
  const memory = Object.entries(memoryMb).map(([name, value]) => `${name} ${value} MB`);
  const verdict =
    stored.rows === sent && stored.distinct === sent ? 'every call once' : '**not every call once**';
  return `Calls sent through the gateway: ${sent}. Rows in \`spans\`: ${stored.rows}, different ones: ${stored.distinct} (${verdict}). Resident memory at the end: ${memory.join(', ')}.`;
}

/** The text of RESULTS.md. */
export function toMarkdown(report: Report): string {
  const model = cpus()[0]?.model ?? 'unknown';
  const versions = [
    `Node ${process.versions.node}`,
    ...['undici', 'http-proxy-middleware', 'express'].map(toVersion),
  ];
  const gigabytes = Math.round(totalmem() / 1024 ** 3);
  return `# Bench results

Date: ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC. Machine: ${cpus().length} × ${model}, ${gigabytes} GB, load average at the start ${loadAtStart.toFixed(1)}. Versions: ${versions.join(', ')}.
Command: \`${report.command}\`. Upstream, load generator, floor, http-proxy-middleware and the product's processes share the machine.

## CPU per call
Microseconds of CPU (user and system, all threads, from \`/proc/<pid>/stat\`) per call, ${report.roundCount} rounds, the targets in turn within each round. "x floor" is the median
of the rounds' own quotients, "from to" their range. The floor is a bare Node proxy on undici's \`pool.dispatch\`. The gateway's figure includes its worker and all it
does until the calls are stored; collector (with the console, which lives in its process) and engine stand beside it.

${toTable(COST_HEAD, report.costs.map(toCostRow))}

## Latency at a fixed rate
Milliseconds from the moment a call was due to the end of its answer (open loop: a slow answer does not delay the next call). Differences are medians of paired rounds.

${toTable(LATENCY_HEAD, report.latencies.flatMap(toLatencyRows))}

## Nothing lost
${report.captured ? toCapturedText(report.captured) : 'Not measured: the run had no gateway, or was stopped.'}
`;
}

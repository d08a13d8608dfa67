/** Paired measurements: every round sends the same calls through each target in turn, so that a slow hour hits all. */
import type { Case } from './cases.ts';
import type { LoadResult, LoadOrder } from './load.ts';
import { readCpuMs } from './processes.ts';

export type Target = {
  name: string;
  origin: string;
  headers: Record<string, string>;
  pids(): number[];
  /** Processes whose CPU is stated beside the target's own. */
  beside: Record<string, () => number[]>;
  /** Work that the calls left to be done, which belongs to their cost. */
  settle?(): Promise<void>;
};

export type Measured = LoadResult & {
  /** CPU microseconds per call, of the target and of what is beside it. */
  cpuUs: number;
  besideUs: Record<string, number>;
};

type Load = { run(order: LoadOrder): Promise<LoadResult> };
export type Rounds = Map<string, Measured[]>;

/** The middle value; of an even count the mean of the two. */
export function toMedian(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2;
}

/** Median over the rounds of the quotient of two targets' values of the same round. */
export function toRatio(rounds: Rounds, one: string, other: string, read: (m: Measured) => number): number {
  const others = rounds.get(other) ?? [];
  return toMedian((rounds.get(one) ?? []).map((value, round) => read(value) / read(others[round] ?? value)));
}

/** Median over the rounds of the difference of two targets' values of the same round. */
export function toDifference(
  rounds: Rounds,
  one: string,
  other: string,
  read: (m: Measured) => number,
): number {
  const others = rounds.get(other) ?? [];
  return toMedian((rounds.get(one) ?? []).map((value, round) => read(value) - read(others[round] ?? value)));
}

/** Median over the rounds of one target's values. */
export function toTypical(rounds: Rounds, name: string, read: (m: Measured) => number): number {
  return toMedian((rounds.get(name) ?? []).map(read));
}

async function measureOnce(load: Load, target: Target, order: Omit<LoadOrder, 'origin' | 'headers'>) {
  const readAll = () => ({
    own: readCpuMs(target.pids()),
    beside: Object.entries(target.beside).map(([name, pids]) => [name, readCpuMs(pids())] as const),
  });
  const before = readAll();
  const result = await load.run({ ...order, origin: target.origin, headers: target.headers });
  await target.settle?.();
  const after = readAll();
  if (result.failed > 0)
    throw new Error(`${result.failed} of ${result.calls} calls failed at ${target.name}`);
  const toUs = (end: number, start: number) => ((end - start) * 1000) / result.calls;
  return {
    ...result,
    cpuUs: toUs(after.own, before.own),
    besideUs: Object.fromEntries(
      after.beside.map(([name, end], index) => [name, toUs(end, before.beside[index]?.[1] ?? end)]),
    ),
  };
}

/** Measures `item` at every target, `rounds` times, after a warm-up; `rate` makes it an open loop. */
export async function measure(
  load: Load,
  targets: readonly Target[],
  options: { item: Case; rounds: number; calls: number; rate?: number; onRound(round: number): void },
): Promise<Rounds> {
  const { item, calls, rate } = options;
  const order = { item, calls, ...(rate !== undefined && { rate }) };
  for (const target of targets) {
    await measureOnce(load, target, { ...order, calls: Math.max(50, Math.ceil(calls / 4)) });
  }
  const rounds: Rounds = new Map(targets.map((target) => [target.name, []]));
  for (let round = 0; round < options.rounds; round++) {
    options.onRound(round);
    // every other round backwards, so that no target is always the one after a pause
    const turn = round % 2 === 0 ? targets : targets.toReversed();
    for (const target of turn) rounds.get(target.name)?.push(await measureOnce(load, target, order));
  }
  return rounds;
}

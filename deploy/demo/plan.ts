/** The day: which visits there are, in which order, and who makes them. */
import { planAgent } from './apps/agent.ts';
import { planSearch } from './apps/search.ts';
import { planDictionary, planExtraction, planSummary } from './apps/single.ts';
import { planSupport } from './apps/support.ts';
import { planTrouble } from './apps/trouble.ts';
import { createRandom, type Random } from './random.ts';
import type { Planner, Visit, Visitor } from './visit.ts';

export type PlannedVisit = Visit & { visitor: Visitor; random: Random };

const WEIGHTS: readonly (readonly [Planner, number])[] = [
  [planSupport, 34],
  [planSearch, 20],
  [planSummary, 12],
  [planExtraction, 12],
  [planAgent, 10],
  [planTrouble, 8],
  [planDictionary, 4],
];

const NAMES = [
  'sato',
  'suzuki',
  'tanaka',
  'ito',
  'yamada',
  'mori',
  'anna',
  'ben',
  'chloe',
  'dmitri',
  'emma',
  'farid',
];
const USERS = NAMES.flatMap((name) => [`${name}@example.com`, `${name}-2@example.com`]);

function pickPlanner(random: Random, withTrouble: boolean): Planner {
  const open = WEIGHTS.filter(([planner]) => withTrouble || planner !== planTrouble);
  let left = random.next() * open.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [planner, weight] of open) {
    left -= weight;
    if (left < 0) return planner;
  }
  return planSummary;
}

function pickVisitor(random: Random, simulated: boolean, session: string): Visitor {
  // a few users are behind most of the traffic
  const user = USERS[Math.floor(random.next() ** 2 * USERS.length)] ?? 'sato@example.com';
  const own = { user, session };
  if (!simulated) {
    return { ...own, small: 'gpt-4o-mini', large: 'gpt-4o-mini', embedding: 'text-embedding-3-small' };
  }
  return {
    ...own,
    small: random.pick(['gpt-4o-mini', 'gpt-4o-mini', 'gpt-4.1-mini', 'demo-small']),
    large: random.pick(['gpt-4.1', 'gpt-5-mini', 'o4-mini', 'demo-large']),
    embedding: random.pick(['text-embedding-3-small', 'text-embedding-3-small', 'demo-embedding']),
  };
}

/**
 * Visits that make `calls` calls in all, at most. The same seed gives the same visits; `run` keeps the sessions of two
 * runs apart. Only a simulated upstream gets the calls that go wrong on purpose, and the dearer models.
 */
export function planDay(options: {
  calls: number;
  seed: number;
  simulated: boolean;
  run: string;
}): PlannedVisit[] {
  const random = createRandom(options.seed);
  const visits: PlannedVisit[] = [];
  let left = options.calls;
  while (left > 0) {
    const planner = pickPlanner(random, options.simulated);
    let visit = planner(random);
    if (visit.calls > left) visit = planSummary(random);
    left -= visit.calls;
    const session = `${visit.app}-${options.run}-${visits.length + 1}`;
    const own = createRandom(random.int(0, 2 ** 31));
    visits.push({ ...visit, visitor: pickVisitor(own, options.simulated, session), random: own });
  }
  return visits;
}

/**
 * `npm run demo`: a bounded, seeded, varied day of traffic through the running gateway, sent with the stock SDK as
 * an app would. It costs nothing on the demo upstream and asks before it spends money on another.
 */
import { parseArgs } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import OpenAI from 'openai';
import { firstApiKey } from '../../collector/keys/first.ts';
import type { Config } from '../../config.ts';
import { DemoError, findGateway } from './gateway.ts';
import { type PlannedVisit, planDay } from './plan.ts';
import { createProgress, type Tally, toErrorName } from './tally.ts';
import { Stopped } from './visit.ts';

const CONCURRENCY = 5;
/** Pause of a user between two calls, at most. */
const THINK_MS = 700;
const CALL_TIMEOUT_MS = 60_000;
const MAX_CALLS = 100_000;
const EXIT_STOPPED = 130;
const USAGE = `npm run demo -- [--calls N] [--seed S] [--yes]
  --calls N   calls to send, 400 unless given
  --seed S    which day; the same seed gives the same questions
  --yes       send them even though the upstream is a real provider and may cost money`;

type Options = { calls: number; seed: number; yes: boolean; help: boolean };

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function toCount(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new DemoError(`--${name} must be a whole number from ${least} to ${most}, not "${text}".`);
}

function parseOptions(args: readonly string[]): Options {
  const flags = {
    yes: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  } as const;
  const numbers = {
    calls: { type: 'string', default: '400' },
    seed: { type: 'string', default: '1' },
  } as const;
  try {
    const { values } = parseArgs({ args: [...args], options: { ...flags, ...numbers } });
    return {
      ...values,
      calls: toCount('calls', values.calls, 1, MAX_CALLS),
      seed: toCount('seed', values.seed, 0, 2 ** 32 - 1),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DemoError(`${reason}\n\n${USAGE}`);
  }
}

/** Runs one visit; its errors are counted, only a wrong key ends the whole run. */
async function runVisit(
  visit: PlannedVisit,
  context: { client: OpenAI; tally: Tally; stop: AbortController; show(): void },
): Promise<void> {
  const { tally, stop, show } = context;
  const headers = { 'x-session-id': visit.visitor.session, 'x-tags': visit.tags.join(',') };
  await visit.run({
    client: context.client,
    random: visit.random,
    visitor: visit.visitor,
    async call(send) {
      await wait(visit.random.int(0, THINK_MS), undefined, { signal: stop.signal }).catch(() => undefined);
      if (stop.signal.aborted) throw new Stopped();
      try {
        const result = await send({ headers, signal: stop.signal });
        tally.ok++;
        return result;
      } catch (error) {
        if (stop.signal.aborted) throw new Stopped();
        if (error instanceof OpenAI.AuthenticationError) stop.abort(error);
        tally.failed++;
        const name = toErrorName(error);
        tally.errors.set(name, (tally.errors.get(name) ?? 0) + 1);
        return undefined;
      } finally {
        show();
      }
    },
  });
}

/** Sends the day, some visits side by side, until it is over or `stop` is aborted. */
async function sendDay(client: OpenAI, visits: PlannedVisit[], stop: AbortController): Promise<Tally> {
  const tally: Tally = { ok: 0, failed: 0, errors: new Map() };
  const progress = createProgress(visits.reduce((sum, visit) => sum + visit.calls, 0));
  const queue = visits.values();
  const work = async () => {
    for (const visit of queue) {
      const context = { client, tally, stop, show: () => progress.show(tally) };
      await runVisit(visit, context).catch((error: unknown) => {
        if (!(error instanceof Stopped)) throw error;
      });
      if (stop.signal.aborted) return;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  progress.done(tally);
  return tally;
}

function summarise(tally: Tally, seconds: number, consoleUrl: string): string {
  const errors = [...tally.errors].map(([name, count]) => `${count} × ${name}`).join(', ');
  return [
    `Sent ${tally.ok + tally.failed} calls in ${seconds.toFixed(0)} s: ${tally.ok} answered, ${tally.failed} failed.`,
    ...(errors === '' ? [] : [`  ${errors}`]),
    `See them at ${consoleUrl}`,
  ].join('\n');
}

async function run(config: Config, options: Options): Promise<number> {
  if (config.SEKISHO_SECRET === undefined) throw new DemoError('SEKISHO_SECRET is not known here.');
  const origin = config.SEKISHO_GATEWAY_URL ?? `http://127.0.0.1:${config.GATEWAY_PORT}`;
  const consoleUrl =
    config.SEKISHO_PUBLIC_URL ?? config.SEKISHO_CONSOLE_URL ?? `http://127.0.0.1:${config.CONSOLE_PORT}`;
  const gateway = await findGateway(origin);
  if (!gateway.simulated && !options.yes) {
    say(
      `The gateway sends calls to ${gateway.upstream}, which may cost money. Add --yes to send them anyway.`,
    );
    return 1;
  }
  const { calls, seed } = options;
  const visits = planDay({ calls, seed, simulated: gateway.simulated, run: Date.now().toString(36) });
  const client = new OpenAI({
    baseURL: `${origin}/v1`,
    apiKey: firstApiKey(config.SEKISHO_SECRET, config.SEKISHO_API_KEY),
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: CALL_TIMEOUT_MS,
  });
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const started = performance.now();
  try {
    const tally = await sendDay(client, visits, stop);
    say(summarise(tally, (performance.now() - started) / 1000, consoleUrl));
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
  if (stop.signal.reason instanceof OpenAI.AuthenticationError) {
    throw new DemoError('The gateway refuses the first key: it was revoked, or SEKISHO_API_KEY has changed.');
  }
  return stop.signal.aborted ? EXIT_STOPPED : 0;
}

/** Runs the demo with the command line's arguments; gives the exit code. Ctrl-C stops it cleanly. */
export async function runDemo(config: Config, args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (!options.help) return await run(config, options);
    say(USAGE);
    return 0;
  } catch (error) {
    if (!(error instanceof DemoError)) throw error;
    say(error.message);
    return 1;
  }
}

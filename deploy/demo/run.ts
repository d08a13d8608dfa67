/**
 * `npm run demo`: a bounded, seeded, varied day of traffic through the running gateway, and then once around the loop
 * (prompt, source, feedback, dataset, evaluation, export), all with the stock SDK as an app would. It costs nothing on
 * the demo upstream and asks before it spends money on another.
 */
import { parseArgs } from 'node:util';
import OpenAI from 'openai';
import { firstApiKey } from '../../collector/keys/first.ts';
import type { Config } from '../../config.ts';
import { sendDay } from './day.ts';
import { DemoError, findGateway, type GatewayState } from './gateway.ts';
import type { Desk } from './loop/desk.ts';
import { goThroughLoop, LOOP_CALLS } from './loop/loop.ts';
import { planDay } from './plan.ts';
import type { Tally } from './tally.ts';

const CALL_TIMEOUT_MS = 60_000;
const MAX_CALLS = 100_000;
const EXIT_STOPPED = 130;
const USAGE = `npm run demo -- [--calls N] [--seed S] [--calls-only] [--yes]
  --calls N     calls to send, 400 unless given
  --seed S      which day; the same seed gives the same questions
  --calls-only  leave nothing but these calls behind; else also a prompt, a source, feedback, a dataset,
                an evaluation and an export (about ${LOOP_CALLS} calls more)
  --yes         send them even though the upstream is a real provider and may cost money`;

type Options = { calls: number; seed: number; yes: boolean; help: boolean; 'calls-only': boolean };

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
    'calls-only': { type: 'boolean', default: false },
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

function summarise(tally: Tally, seconds: number): string {
  const errors = [...tally.errors].map(([name, count]) => `${count} × ${name}`).join(', ');
  return [
    `Sent ${tally.ok + tally.failed} calls in ${seconds.toFixed(0)} s: ${tally.ok} answered, ${tally.failed} failed.`,
    ...(errors === '' ? [] : [`  ${errors}`]),
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
  try {
    await send(client, gateway, options, stop);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
  if (stop.signal.reason instanceof OpenAI.AuthenticationError) {
    throw new DemoError('The gateway refuses the first key: it was revoked, or SEKISHO_API_KEY has changed.');
  }
  say(stop.signal.aborted ? `Stopped. What there is is at ${consoleUrl}` : `See it all at ${consoleUrl}`);
  return stop.signal.aborted ? EXIT_STOPPED : 0;
}

/** The day, and then the loop, until both are over or `stop` is aborted. */
async function send(
  client: OpenAI,
  { simulated }: GatewayState,
  options: Options,
  stop: AbortController,
): Promise<void> {
  const { calls, seed } = options;
  const name = Date.now().toString(36);
  const started = performance.now();
  const tally = await sendDay(client, planDay({ calls, seed, simulated, run: name }), stop);
  say(summarise(tally, (performance.now() - started) / 1000));
  if (options['calls-only'] || stop.signal.aborted) return;
  const small = 'gpt-4o-mini';
  const models = {
    answer: small,
    judge: simulated ? 'gpt-4.1' : small,
    embedding: simulated ? 'text-embedding-3-small' : '',
  };
  const tell = (step: string, text: string): void => say(`  ${step.padEnd(11)} ${text}`);
  const desk: Desk = { client, models, run: name, signal: stop.signal, tell };
  try {
    await goThroughLoop(desk);
  } catch (error) {
    if (stop.signal.aborted) return;
    if (!(error instanceof OpenAI.APIError)) throw error;
    throw new DemoError(`Sekisho refused a step of the demo: ${error.message}`);
  }
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

/** `sekisho eval run <suite.yaml>`: evaluations from a terminal or a build, as a client of the public API. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import OpenAI, { APIConnectionError, APIError } from 'openai';
import { firstApiKey } from '../../collector/keys/first.ts';
import { API_KEY_PREFIX } from '../../collector/keys/token.ts';
import type { Config } from '../../config.ts';
import type { EvalRunObject, OutputItem } from '../../console/contract/eval-runs.ts';
import { say } from '../supervisor/say.ts';
import { findSecret } from '../supervisor/secret.ts';
import { createProgress, toJson, toText } from './report.ts';
import { beginRun, findPrevious, type Running, waitForEnd } from './run-suite.ts';
import { parseSuite } from './suite.ts';
import { RunError, SuiteError } from './suite-error.ts';
import { checkThresholds, type Compared } from './thresholds.ts';

const EXIT = { passed: 0, missed: 1, badSuite: 2, notRun: 3, stopped: 130 } as const;
const SHOWN_FAILURES = 10;
const USAGE = `npx sekisho eval run <suite.yaml> [--base-url URL] [--api-key KEY] [--json]

  Asks a model (or a managed prompt) what a suite says, judges the answers, and says whether they are good enough.
  --base-url  of the gateway, with /v1; else OPENAI_BASE_URL when OPENAI_API_KEY is a Sekisho key,
              else the installation on this machine
  --api-key   a Sekisho key; else OPENAI_API_KEY when it is one, else the first key of this machine's installation
  --json      one JSON object on stdout instead of text

  Ends with 0 when all thresholds are met, 1 when one is missed, 2 for a suite or a call that is wrong,
  3 when the suite could not be run. deploy/examples/suite/ has one to begin with.`;

type Options = {
  /** As it was given, and where that is. */
  shown: string;
  file: string;
  json: boolean;
  help: boolean;
  access: { 'base-url'?: string | undefined; 'api-key'?: string | undefined };
};

/** Runs the command with its arguments; gives the exit code. */
export async function runEvalCommand(config: Config, args: readonly string[]): Promise<number> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const options = parseOptions(args);
    if (options.help) {
      process.stdout.write(`${USAGE}\n`);
      return EXIT.passed;
    }
    return await run(config, options, stop.signal);
  } catch (error) {
    if (stop.signal.aborted) {
      say('Stopped; the run is cancelled.');
      return EXIT.stopped;
    }
    return explain(error);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function explain(error: unknown): number {
  if (error instanceof SuiteError) {
    say(error.message);
    return EXIT.badSuite;
  }
  if (error instanceof APIConnectionError)
    say('Sekisho does not answer there. npm start starts it; --base-url names another.');
  else if (error instanceof APIError) say(`Sekisho answered ${error.message}`);
  else say(error instanceof RunError ? error.message : String(error instanceof Error ? error.stack : error));
  return EXIT.notRun;
}

function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const { json, help, from } = values;
  const [action, shown = '', ...more] = positionals;
  if (!help) {
    if (action === undefined) throw new SuiteError(USAGE);
    if (action !== 'run') throw new SuiteError(`sekisho eval has no "${action}".\n\n${USAGE}`);
    if (shown === '' || more.length > 0) throw new SuiteError(`Name one suite file.\n\n${USAGE}`);
  }
  return { shown, file: resolve(from, shown), json, help, access: values };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'base-url': text,
        'api-key': text,
        json: flag,
        help: { ...flag, short: 'h' },
        // Where the caller stands: the bootstrap itself runs in the clone's folder.
        from: { ...text, default: process.cwd() },
      },
    });
  } catch (error) {
    throw new SuiteError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

/** OPENAI_API_KEY may be the provider's, which this installation uses upstream: only a key of ours is for here. */
function findAccess(config: Config, given: Options['access']): { baseURL: string; apiKey: string } {
  const { OPENAI_API_KEY: key = '', OPENAI_BASE_URL: url } = config;
  const fromEnvironment = key.startsWith(API_KEY_PREFIX) ? { key, url } : undefined;
  const secret = findSecret(config);
  const local = config.SEKISHO_GATEWAY_URL ?? `http://127.0.0.1:${config.GATEWAY_PORT}`;
  const baseURL = given['base-url'] ?? fromEnvironment?.url ?? `${local}/v1`;
  const apiKey =
    given['api-key'] ??
    fromEnvironment?.key ??
    (secret ? firstApiKey(secret, config.SEKISHO_API_KEY) : undefined);
  if (!apiKey) {
    throw new RunError(
      `There is no Sekisho in ${config.SEKISHO_DATA} yet; npm start makes one, or give --api-key.`,
    );
  }
  return { baseURL, apiKey };
}

async function run(config: Config, options: Options, signal: AbortSignal): Promise<number> {
  const { shown, file, json, access } = options;
  const parsed = parseSuite(readSuite(file), shown);
  const { baseURL, apiKey } = findAccess(config, access);
  const client = new OpenAI({ baseURL, apiKey, organization: null, project: null });
  const running: Running = { client, parsed, file, signal };
  const begun = await beginRun(running);
  const progress = createProgress();
  const ended = await waitForEnd(running, begun, (now) => progress.show(now)).finally(() => progress.done());
  if (ended.status !== 'completed') {
    const reason = ended.error?.message ?? 'somebody cancelled it';
    throw new RunError(
      `The run ${ended.status === 'failed' ? 'failed' : 'was cancelled'}: ${reason}\n${ended.report_url}`,
    );
  }
  const { suite } = parsed;
  const checks = checkThresholds(suite, ended, await compare(running, begun));
  const passed = checks.every(({ met }) => met);
  const failures = await listFailures(client, ended);
  const report = { suite: suite.name, passed, run: ended, checks, failures };
  process.stdout.write(json ? toJson(report) : toText(report));
  return passed ? EXIT.passed : EXIT.missed;
}

function readSuite(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new SuiteError(code === 'ENOENT' ? `There is no file ${file}.` : `${file}: ${message}`);
  }
}

async function compare(
  { client, parsed }: Running,
  begun: { eval_id: string; run: EvalRunObject },
): Promise<Compared | undefined> {
  const wanted = parsed.suite.thresholds.no_worse_than;
  const baseline = wanted === 'previous' ? await findPrevious(client, begun) : wanted;
  if (baseline === undefined) return undefined;
  const query = { baseline, candidate: begun.run.id };
  const { criteria } = await client.get<Omit<Compared, 'run_id'>>(`/evals/${begun.eval_id}/comparison`, {
    query,
  });
  return { run_id: baseline, criteria };
}

async function listFailures(client: OpenAI, { id, eval_id }: EvalRunObject): Promise<OutputItem[]> {
  const found: OutputItem[] = [];
  for (const status of ['error', 'fail']) {
    const query = { status, limit: SHOWN_FAILURES };
    const page = await client.get<{ data: OutputItem[] }>(`/evals/${eval_id}/runs/${id}/output_items`, {
      query,
    });
    found.push(...page.data);
  }
  return found.slice(0, SHOWN_FAILURES);
}

/** What a person reads, and what a program reads, once everything is ready. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config.ts';
import { firstApiKey, firstIngestToken } from '../../collector/keys/first.ts';
import { setupLink } from '../../console/api/owner.ts';
import { toPublicGatewayUrl } from '../../console/api/rooms.ts';
import { say, StartError } from './say.ts';
import type { Plan } from './plan.ts';

/** How long the console may be away (it was ready a moment ago) before the start is given up; pause in milliseconds. */
const ASK = { tries: 20, pause: 250 } as const;

/** Prints the text for people on stderr and the ready line on stdout. */
export async function announce(
  config: Config & { SEKISHO_SECRET: string },
  urls: Plan['urls'],
): Promise<void> {
  const secret = config.SEKISHO_SECRET;
  const needed = await isSetupNeeded(urls.console);
  const toUrls = (gateway: string, console: string) => ({
    gateway: `${gateway}/v1`,
    passthrough: `${gateway}/k/${firstIngestToken(secret)}/v1`,
    setup: needed ? setupLink(console, secret) : null,
  });
  // Programs that read the ready line run on this machine; people may come from elsewhere.
  const ready = { ready: true, ...urls, ...toUrls(urls.gateway, urls.console) };
  const gateway = toPublicGatewayUrl({ ...config, SEKISHO_GATEWAY_URL: urls.gateway });
  const console = config.SEKISHO_PUBLIC_URL ?? urls.console;
  say(describe({ ...toUrls(gateway, console), console }, config, secret));
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

type PeoplesUrls = { gateway: string; passthrough: string; setup: string | null; console: string };

function describe(urls: PeoplesUrls, config: Config, secret: string): string {
  const lines = [
    '',
    'Sekisho is ready.',
    '',
    `  Base URL      ${urls.gateway}`,
    `  API key       ${firstApiKey(secret, config.SEKISHO_API_KEY)}`,
    `  Pass-through  ${urls.passthrough}`,
    "                (with your provider's own key)",
    urls.setup ? `  Set up        ${urls.setup}` : `  Console       ${urls.console}`,
    ...(urls.setup ? ['                (one-time link: open it to become the first owner)'] : []),
    '',
    `  Calls go to ${describeUpstream(config)}.`,
    '  A day of sample traffic: npm run demo. Stop with Ctrl-C.',
    '',
  ];
  return lines.join('\n');
}

/** Whether there is no owner yet. */
async function isSetupNeeded(consoleUrl: string): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(`${consoleUrl}/api/setup`);
      if (response.ok) return ((await response.json()) as { needed: boolean }).needed;
      throw new StartError(`The console answered ${response.status} when asked for its set-up.`);
    } catch (error) {
      if (attempt >= ASK.tries) throw error;
      await sleep(ASK.pause);
    }
  }
}

function describeUpstream(config: Config): string {
  if (config.OPENAI_BASE_URL) return config.OPENAI_BASE_URL;
  if (config.OPENAI_API_KEY) return "OpenAI's own API";
  return 'the built-in demo upstream: set OPENAI_API_KEY or OPENAI_BASE_URL for a real one';
}

/** What a person reads, and what a program reads, once everything is ready. */
import type { Config } from '../../config.ts';
import { firstApiKey, firstIngestToken } from '../../collector/keys/first.ts';
import { setupLink } from '../../console/api/owner.ts';
import { say, StartError } from './say.ts';
import type { Plan } from './plan.ts';

/** Prints the text for people on stderr and the ready line on stdout. */
export async function announce(
  config: Config & { SEKISHO_SECRET: string },
  urls: Plan['urls'],
): Promise<void> {
  const setup = await findSetupLink(urls.console, config.SEKISHO_SECRET);
  const gateway = `${urls.gateway}/v1`;
  const passthrough = `${urls.gateway}/k/${firstIngestToken(config.SEKISHO_SECRET)}/v1`;
  const lines = [
    '',
    'Sekisho is ready.',
    '',
    `  Base URL      ${gateway}`,
    `  API key       ${firstApiKey(config.SEKISHO_SECRET, config.SEKISHO_API_KEY)}`,
    `  Pass-through  ${passthrough}`,
    "                (with your provider's own key)",
    setup ? `  Set up        ${setup}` : `  Console       ${urls.console}`,
    ...(setup ? ['                (one-time link: open it to become the first owner)'] : []),
    '',
    `  Calls go to ${describeUpstream(config)}.`,
    '  A day of sample traffic: npm run demo. Stop with Ctrl-C.',
    '',
  ];
  say(lines.join('\n'));
  const ready = { ready: true, ...urls, gateway, passthrough, setup };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

/** The one-time link while no owner exists, else null. */
async function findSetupLink(consoleUrl: string, secret: string): Promise<string | null> {
  const response = await fetch(`${consoleUrl}/api/setup`);
  if (!response.ok)
    throw new StartError(`The console answered ${response.status} when asked for its set-up.`);
  const { needed } = (await response.json()) as { needed: boolean };
  return needed ? setupLink(consoleUrl, secret) : null;
}

function describeUpstream(config: Config): string {
  if (config.OPENAI_BASE_URL) return config.OPENAI_BASE_URL;
  if (config.OPENAI_API_KEY) return "OpenAI's own API";
  return 'the built-in demo upstream: set OPENAI_API_KEY or OPENAI_BASE_URL for a real one';
}

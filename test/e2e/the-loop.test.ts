/** The loop as a newcomer would try it: two scripts with stock SDKs that know nothing but an address and a key. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { bootSekisho, type Booted } from '../kit/boot.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const EXAMPLES = join(ROOT, 'deploy', 'examples');
/** Made by `npm test`. */
const PYTHON = join(ROOT, 'node_modules', '.sekisho', 'python', 'bin', 'python');
const TIMEOUT_MS = 240_000;

let sekisho: Booted;
beforeAll(async () => {
  sekisho = await bootSekisho();
});

async function run(command: string, script: string): Promise<string> {
  const { PATH = '' } = process.env;
  const env = { PATH, OPENAI_BASE_URL: sekisho.urls.gateway, OPENAI_API_KEY: sekisho.apiKey };
  const { stdout } = await promisify(execFile)(command, [join(EXAMPLES, script)], { env, cwd: ROOT });
  return stdout;
}

const STEPS = [
  /version 1 is in production/,
  /6 answered by version 1/,
  /one thumb down with a correction/,
  /version \d+ has 6 items/,
  /version 2 is in staging/,
  /version 1: \d of 6 passed/,
  /version 2: \d of 6 passed/,
  /polite: (better|worse|not_enough_data)/,
  /production is version 2/,
  /openai_sft: 6 lines/,
  /openai_dpo: 1 lines/,
  /^done/m,
];

test.each([
  ['JavaScript', process.execPath, 'the-loop.mjs'],
  ['Python', PYTHON, 'the_loop.py'],
])(
  'in %s',
  async (_language, command, script) => {
    if (!existsSync(command)) throw new Error(`${command} is missing; npm test makes it`);
    const said = await run(command, script);
    for (const step of STEPS) expect(said).toMatch(step);

    // What the script saw is what was captured: version 1 answered, then version 2, by the same name.
    await sekisho.flush();
    const rows = await sekisho.query<{ prompt_version: number; tagged: number }>(
      `SELECT prompt_version, has(tags, 'sekisho:sample') AS tagged FROM spans
        WHERE prompt_name != '' AND session_id LIKE {session:String} ORDER BY started_at`,
      { session: script.endsWith('.py') ? 'loop-py-%' : 'loop-%' },
    );
    const ofThis = rows.filter(({ tagged }) => !tagged).map(({ prompt_version }) => prompt_version);
    expect(ofThis.slice(-7)).toEqual([1, 1, 1, 1, 1, 1, 2]);
  },
  TIMEOUT_MS,
);

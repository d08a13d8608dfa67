/** `sekisho eval run suite.yaml` as a build calls it: what it says, and the code it ends with. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootSekisho, type Booted, cleanEnv, SECRET } from '../kit/boot.ts';
import { chatAnswer } from '../kit/evals.ts';
import { ROOT } from '../kit/tree.ts';
import { waitUntil } from '../kit/wait.ts';
import { startUpstream, type Upstream } from '../upstream/upstream.ts';

let sekisho: Booted;
let upstream: Upstream;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sekisho-suite-'));
  upstream = await startUpstream();
  upstream.script({ contains: 'Japan' }, { body: chatAnswer('Tokyo') });
  upstream.script({ contains: 'France' }, { body: chatAnswer('Lyon') });
  sekisho = await bootSekisho({ upstream: upstream.url });
});
afterAll(async () => {
  await sekisho.stop();
  await upstream.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs `main.ts eval` in the suites' folder; without `env` as beside the booted installation. */
function start(args: string[], env?: Record<string, string>) {
  const own = { SEKISHO_DATA: sekisho.dataDir, SEKISHO_SECRET: SECRET, SEKISHO_GATEWAY_URL: sekisho.origin };
  return spawn(process.execPath, [join(ROOT, 'main.ts'), 'eval', ...args], {
    cwd: folder,
    env: { ...cleanEnv(), ...(env ?? own) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
async function run(args: string[], env?: Record<string, string>) {
  const child = start(args, env);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: code as number | null, stdout, stderr };
}

function write(name: string, lines: string): string {
  writeFileSync(join(folder, name), lines);
  return name;
}
const suite = (name: string, thresholds: string, data = 'file: cities.jsonl'): string => `
name: ${name}
data:
  ${data}
model: gpt-4o-mini
input: 'What is the capital of {{item.country}}?'
criteria:
  - type: string_check
    name: right
    input: '{{sample.output_text}}'
    operation: ilike
    reference: '{{item.city}}'
${thresholds}`;

const CITIES = '{"country":"Japan","city":"tokyo"}\n{"item":{"country":"France","city":"Paris"}}\n';

describe('a suite', () => {
  it('that is good enough ends with 0, and says how it went', async () => {
    write('cities.jsonl', CITIES);
    write(
      'good.yaml',
      suite('good', 'thresholds: { pass_rate: 0.5, criteria: { right: 0.5 }, no_worse_than: previous }'),
    );
    const { code, stdout, stderr } = await run(['run', 'good.yaml']);
    expect(stderr).toContain('2/2 items: 1 passed, 1 failed, 0 in error');
    expect(stdout).toMatch(/^good: 1 of 2 items passed \(50\.0 %\)/);
    expect(stdout).toMatch(/right +1 passed +1 failed +mean 0\.5/);
    expect(stdout).toContain('#1 {"country":"France","city":"Paris"}');
    expect(stdout).toContain('answer: Lyon');
    expect(stdout).toMatch(/ok +no worse than previous +no criterion worse +no earlier run/);
    expect(stdout).toMatch(/PASSED {2}http.*\/evals\/eval_.*\/runs\/evalrun_/);
    expect(code).toBe(0);
  });

  it('that is not ends with 1; its runs are those of one evaluation, and compared', async () => {
    write('cities.csv', 'country,city\nJapan,Tokyo\nFrance,"Paris"\n');
    write('missed.yaml', suite('missed', '', 'file: cities.csv'));
    const first = await run(['run', 'missed.yaml', '--json']);
    const one = JSON.parse(first.stdout) as Record<string, unknown>;
    expect(one).toMatchObject({
      suite: 'missed',
      passed: false,
      status: 'completed',
      pass_rate: 0.5,
      thresholds: [{ threshold: 'pass rate', wanted: '>= 100.0 %', met: false }],
      failures: [{ datasource_item: { country: 'France', city: 'Paris' } }],
    });
    expect(first.code).toBe(1);
    write(
      'missed.yaml',
      suite('missed', `thresholds: { no_worse_than: ${String(one['run_id'])} }`, 'file: cities.csv'),
    );
    const second = await run(['run', 'missed.yaml', '--json']);
    expect(JSON.parse(second.stdout)).toMatchObject({
      passed: true,
      eval_id: one['eval_id'],
      thresholds: [{ threshold: `no worse than ${String(one['run_id'])}`, actual: 'none worse', met: true }],
    });
    expect(second.code).toBe(0);
  });

  it('takes items of its own, by address and key', async () => {
    write('inline.yaml', suite('inline', '', 'items: [{ country: Japan, city: TOKYO }]'));
    const access = ['--base-url', sekisho.urls.gateway, '--api-key', sekisho.apiKey];
    const elsewhere = { SEKISHO_DATA: join(folder, 'none') };
    expect((await run(['run', 'inline.yaml', ...access], elsewhere)).code).toBe(0);
    const env = { ...elsewhere, OPENAI_BASE_URL: sekisho.urls.gateway, OPENAI_API_KEY: sekisho.apiKey };
    expect((await run(['run', 'inline.yaml'], env)).code).toBe(0);
  });

  it.each([
    ['criteria', suite('bad', '').replace('ilike', 'matches'), /^bad\.yaml:11: criteria\.0\.operation: /],
    [
      'an unknown member',
      suite('bad', 'treshold: 1'),
      /^bad\.yaml:13: treshold: is nothing a suite has here$/m,
    ],
    ['YAML', 'name: x\ndata: {', /^bad\.yaml:2: /],
    [
      'a name in the thresholds',
      suite('bad', 'thresholds:\n  criteria:\n    wrong: 1'),
      /^bad\.yaml:15: .*there are right$/m,
    ],
    [
      'a template',
      suite('bad', '').replace('item.city', 'itm.city'),
      /^bad\.yaml:8: criteria\.0 \(right\): \{\{itm\.city\}\}/,
    ],
    ['the input', suite('bad', '').replace('item.country', 'sample.x'), /^bad\.yaml:6: input: only/],
    [
      'a run to compare with',
      suite('bad', 'thresholds: { no_worse_than: evalrun_0 }'),
      /^bad\.yaml:13: this suite has no run/,
    ],
    ['a file of items', suite('bad', '', 'file: bad.jsonl'), /bad\.jsonl:2: is no JSON/],
  ])('whose fault is %s ends with 2 and the line', async (_what, lines, message) => {
    write('bad.jsonl', '{"country":"x"}\nnonsense\n');
    write('bad.yaml', lines);
    const { code, stdout, stderr } = await run(['run', 'bad.yaml']);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('that cannot be run ends with 3', async () => {
    write('away.yaml', suite('away', ''));
    const away = await run(['run', 'away.yaml', '--base-url', 'http://127.0.0.1:9/v1']);
    expect(away.stderr).toContain('does not answer there');
    expect(away.code).toBe(3);
    const refused = await run(['run', 'away.yaml', '--api-key', `sk-sekisho-${'x'.repeat(40)}`]);
    expect(refused.stderr).toContain('Sekisho answered 401');
    expect(refused.code).toBe(3);
    const nowhere = await run(['run', 'away.yaml'], { SEKISHO_DATA: join(folder, 'none') });
    expect(nowhere.stderr).toContain('npm start makes one');
    expect(nowhere.code).toBe(3);
    upstream.script({ model: 'unknown' }, { status: 404, body: { error: { message: 'no such model' } } });
    write('unknown.yaml', suite('unknown', '').replace('gpt-4o-mini', 'unknown'));
    const failed = await run(['run', 'unknown.yaml']);
    expect(failed.stderr).toContain('The run failed: unknown answered 404: no such model');
    expect(failed.code).toBe(3);
  });

  it('is cancelled by Ctrl-C', async () => {
    upstream.script({ contains: 'Peru' }, { hang: 'head' });
    write('slow.yaml', suite('slow', '', 'items: [{ country: Peru, city: Lima }]'));
    const before = upstream.requests.length;
    const child = start(['run', 'slow.yaml', '--json']);
    const said = text(child.stderr);
    await upstream.arrived(before + 1);
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number];
    expect(await said).toContain('the run is cancelled');
    expect(code).toBe(130);
    await waitUntil('the end of the run', async () => {
      const [last] = await sekisho.query<{ status: string }>(
        `SELECT JSONExtractString(body, 'status') AS status FROM registry_log
         WHERE kind = 'eval_run' AND JSONExtractString(body, 'name') = 'slow' ORDER BY seq DESC LIMIT 1`,
      );
      return last?.status === 'cancelled';
    });
  });
});

describe('the command itself', () => {
  it('explains itself', async () => {
    const asked = await run(['--help']);
    expect([asked.code, asked.stdout.slice(0, 26)]).toEqual([0, 'npx sekisho eval run <suit']);
    for (const args of [[], ['walk'], ['run'], ['run', 'a', 'b'], ['run', '--nonsense', 'a']]) {
      const { code, stderr, stdout } = await run(args);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('npx sekisho eval run <suite.yaml>');
    }
  });

  it('takes a path from where the caller stands, through the bootstrap too, and the example passes', async () => {
    const child = spawn(
      process.execPath,
      [join(ROOT, 'deploy/bootstrap/sekisho.mjs'), 'eval', 'run', 'lamp-shop.yaml'],
      {
        cwd: join(ROOT, 'deploy', 'examples', 'suite'),
        env: {
          ...cleanEnv(),
          OPENAI_BASE_URL: sekisho.urls.gateway,
          OPENAI_API_KEY: sekisho.apiKey,
          SEKISHO_DATA: join(folder, 'none'),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    expect(`${code as number} ${stderr}`).toMatch(/^0 /);
    expect(stdout).toContain('Lamp shop, first answers: 3 of 3 items passed');
  });
});

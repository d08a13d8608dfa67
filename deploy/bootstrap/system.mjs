/** The real components that tests use and npm cannot bring: a browser, letters for its screenshots, and Python. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { canMakePython } from './python.mjs';
import { say } from './say.mjs';

const COMPONENTS = [
  { name: 'chromium', what: 'a browser', isThere: () => isCommand('chromium') },
  { name: 'fonts-noto-cjk', what: 'Japanese letters', isThere: () => hasFont() },
  { name: 'python3-venv', what: 'Python', isThere: canMakePython },
];

/** Makes sure of what the tests need, asking first where there is somebody to ask; what stays missing is said. */
export async function ensureComponents() {
  const missing = COMPONENTS.filter((component) => !component.isThere());
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  const list = missing.map(({ name, what }) => `${name} (${what})`).join(' and ');
  if (!isDebian()) {
    say(`Some tests need ${list}. Install them with this system's own tools.`);
  } else if (await mayInstall(list)) {
    install(names);
  } else {
    say(`Without ${list} some tests will fail. To have them: apt-get install ${names.join(' ')}`);
  }
}

async function mayInstall(list) {
  if (process.env.CI === 'true' || process.env.CI === '1') return true;
  if (!process.stdin.isTTY) return false;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`The tests need ${list}. Install with apt-get now? [y/N] `);
  prompt.close();
  return /^y(es)?$/i.test(answer.trim());
}

function install(names) {
  const sudo = process.getuid?.() === 0 ? [] : ['sudo'];
  const run = (...args) => {
    const [command, ...rest] = [...sudo, ...args];
    say(`  ${args.join(' ')}`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    return spawnSync(command, rest, { stdio: ['inherit', 'ignore', 'inherit'], env }).status === 0;
  };
  const done =
    run('apt-get', 'update') && run('apt-get', 'install', '-y', '--no-install-recommends', ...names);
  if (!done) say(`apt-get could not install ${names.join(' ')}: some tests will fail.`);
}

function isDebian() {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8')) && isCommand('apt-get');
  } catch {
    return false;
  }
}

function isCommand(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function hasFont() {
  const { stdout, error } = spawnSync('fc-list', [':lang=ja', 'family'], { encoding: 'utf8' });
  return !error && stdout.trim() !== '';
}

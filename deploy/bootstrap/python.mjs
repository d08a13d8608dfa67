/** The Python that tests run clients with: a virtual environment of the project's own, made when its list changes. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NOTES, ROOT } from './paths.mjs';
import { say } from './say.mjs';

const REQUIREMENTS = join(ROOT, 'test', 'python', 'requirements.txt');
const FOLDER = join(NOTES, 'python');
const NOTE = join(NOTES, 'python-list');

/** Whether this system's Python can make virtual environments. */
export function canMakePython() {
  return spawnSync('python3', ['-c', 'import ensurepip, venv'], { stdio: 'ignore' }).status === 0;
}

/** Makes sure of it; a failure is said, and the tests that need it then say what they miss. */
export function ensurePython() {
  const hash = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  if (existsSync(NOTE) && readFileSync(NOTE, 'utf8') === hash && existsSync(FOLDER)) return;
  say('Installing the Python client that tests use.');
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(NOTES, { recursive: true });
  const pip = join(FOLDER, 'bin', 'pip');
  const isDone =
    run('python3', '-m', 'venv', FOLDER) &&
    run(pip, 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS);
  if (isDone) writeFileSync(NOTE, hash);
  else say('The Python client could not be installed: its tests will fail.');
}

function run(command, ...args) {
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

/** Brings node_modules up to the lockfile, once: a second start finds its note and does nothing. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runNpm, withSuitableNode } from './npm.mjs';
import { ENGINE_PACKAGE, findNode, findPinnedNode, MODULES, NODE_PACKAGE, NOTES, ROOT } from './paths.mjs';
import { giveUp, say } from './say.mjs';

const PROGRESS_MS = 5_000;
const NOTE = join(NOTES, 'installed');

/** Makes sure that everything is installed; resolves to the Node to run with. Gives up with one line otherwise. */
export async function ensureInstalled() {
  const lock = readFileSync(join(ROOT, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex');
  const known = existsSync(NOTE) && readFileSync(NOTE, 'utf8') === hash;
  if (!known || !findNode()) {
    if (!isInstalled(JSON.parse(lock))) await install();
    await addPlatform();
    linkCommand();
    mkdirSync(NOTES, { recursive: true });
    writeFileSync(NOTE, hash);
  }
  return findNode() ?? giveUp(`There is no Node ${NODE_PACKAGE.version} for this machine.`);
}

async function install() {
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  say('Installing what is missing: about 1 GB in node_modules, most of it ClickHouse and Node. Once only.');
  let done = false;
  const timer = setInterval(async () => {
    const bytes = await sizeOf(MODULES);
    if (!done) say(`  ${Math.round(bytes / 1e6)} MB so far, ${seconds()} s`);
  }, PROGRESS_MS);
  const failure = await withSuitableNode((node) => runNpm(['ci'], node));
  done = true;
  clearInterval(timer);
  if (failure) giveUp(`${failure}\nThe installation failed; npm's own words are above. Nothing was started.`);
  say(`Installed in ${seconds()} s.`);
}

/** Adds Node and the engine where the lockfile has none for this machine, or says what is missing. */
async function addPlatform() {
  const proven = process.platform === 'linux' && process.arch === 'x64';
  if (!proven)
    say(`Sekisho is proven on Linux x64 (glibc) only; this is ${process.platform} ${process.arch}.`);
  if (!findPinnedNode()) await add(NODE_PACKAGE, 'Node itself');
  if (!existsSync(join(MODULES, ENGINE_PACKAGE.name))) await add(ENGINE_PACKAGE, 'the embedded ClickHouse');
  if (!findNode()) {
    giveUp(
      `Node ${NODE_PACKAGE.version} is missing: there is no package ${NODE_PACKAGE.name}. Install that Node yourself.`,
    );
  }
  if (!existsSync(join(MODULES, ENGINE_PACKAGE.name))) {
    say(
      `The embedded ClickHouse is missing: there is no package ${ENGINE_PACKAGE.name}@${ENGINE_PACKAGE.version} for`,
    );
    say('this machine. Set CLICKHOUSE_URL to a ClickHouse server to do without it.');
  }
}

async function add({ name, version }, what) {
  say(`Adding ${what} for this machine: ${name}@${version}`);
  const failure = await runNpm(['install', '--no-save', `${name}@${version}`]);
  if (failure) say(`  ${name} could not be added.`);
}

/**
 * Whether somebody's own `npm ci` has already brought what the lockfile names for this machine. Optional packages for
 * no machine in particular are not asked for: they are there for others that are not for this one.
 */
function isInstalled(lock) {
  const file = join(MODULES, '.package-lock.json');
  if (!existsSync(file)) return false;
  const present = JSON.parse(readFileSync(file, 'utf8')).packages;
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '' || present[path]?.version === wanted.version) return true;
    return Boolean(wanted.optional) && !(isForSomeMachine(wanted) && suits(wanted));
  });
}

function isForSomeMachine({ os, cpu, libc }) {
  return Boolean(os ?? cpu ?? libc);
}

function suits({ os, cpu, libc }) {
  return allows(os, process.platform) && allows(cpu, process.arch) && allows(libc, findLibc());
}

function allows(list, value) {
  return !list || [list].flat().includes(value);
}

function findLibc() {
  if (process.platform !== 'linux') return undefined;
  // Otherwise the report looks up the names of all open connections.
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
}

/** So that `npx sekisho` finds the command: npm links the commands of dependencies, never the package's own. */
function linkCommand() {
  const link = join(MODULES, '.bin', 'sekisho');
  if (process.platform === 'win32' || existsSync(link)) return;
  mkdirSync(join(MODULES, '.bin'), { recursive: true });
  symlinkSync(join('..', '..', 'deploy', 'bootstrap', 'sekisho.mjs'), link);
}

async function sizeOf(folder) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = entries.map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sizeOf(path);
    return lstat(path).then(
      ({ size }) => size,
      () => 0,
    );
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

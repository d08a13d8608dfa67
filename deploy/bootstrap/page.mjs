/** Builds the console's page when its sources have changed since the last build. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { MODULES, NOTES, ROOT } from './paths.mjs';
import { giveUp, say } from './say.mjs';

/** Everything that ends up in the page, or decides how it is built. */
const SOURCES = ['console/web', 'console/contract', 'collector/record', 'package-lock.json'];
const OUTPUT = join(ROOT, 'console', 'web', 'dist');
const NOTE = join(NOTES, 'page');

/** Makes sure that the page is built from its present sources, with `node`. */
export async function ensurePage(node) {
  const hash = hashSources();
  const known = existsSync(NOTE) && readFileSync(NOTE, 'utf8') === hash;
  if (known && existsSync(join(OUTPUT, 'index.html'))) return;
  const start = Date.now();
  say('Building the page.');
  mkdirSync(NOTES, { recursive: true });
  // Built aside and put in place whole: a start that is killed half way leaves no half a page.
  const aside = join(NOTES, `page-${process.pid}`);
  const failure = await runVite(node, aside);
  if (failure) giveUp(`${failure}\nThe page could not be built.`);
  rmSync(OUTPUT, { recursive: true, force: true });
  renameSync(aside, OUTPUT);
  writeFileSync(NOTE, hash);
  say(`Built in ${((Date.now() - start) / 1000).toFixed(1)} s.`);
}

function runVite(node, outDir) {
  const vite = join(MODULES, 'vite', 'bin', 'vite.js');
  const config = join('console', 'web', 'vite.config.ts');
  const args = [vite, 'build', '--config', config, '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'];
  return new Promise((resolve) => {
    const child = spawn(node, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    child.stderr.on('data', (chunk) => (said += chunk));
    child.once('close', (code) => resolve(code === 0 ? undefined : said || `vite ended with code ${code}`));
  });
}

function hashSources() {
  const hash = createHash('sha256');
  for (const source of SOURCES)
    for (const file of listFiles(join(ROOT, source))) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

function listFiles(path) {
  if (path === OUTPUT || !existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  // Node 18, which may run this, has no toSorted.
  // oxlint-disable-next-line unicorn/no-array-sort
  const names = readdirSync(path).sort();
  return names.flatMap((name) => listFiles(join(path, name)));
}

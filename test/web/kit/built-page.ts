/** The page as it is built for people, made once per state of its sources and shared by all test files. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SOURCES = [
  'console/web/{src,public}/**/*',
  'console/web/*.{ts,html,json}',
  'console/contract/*.ts',
  'package.json',
];

/** The folder of the built page. Two files may build at once: the first to finish is the one that is used. */
export function buildPage(): string {
  const hash = createHash('sha256');
  for (const path of globSync(SOURCES, { cwd: ROOT, withFileTypes: true }).toSorted(byPath)) {
    if (!path.isFile()) continue;
    const file = join(path.parentPath, path.name);
    hash.update(file).update(readFileSync(file));
  }
  const folder = join(tmpdir(), `sekisho-page-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  const fresh = mkdtempSync(join(tmpdir(), 'sekisho-page-building-'));
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const config = join(ROOT, 'console/web/vite.config.ts');
  const built = spawnSync(
    process.execPath,
    [vite, 'build', '--config', config, '--outDir', fresh, '--emptyOutDir'],
    {
      encoding: 'utf8',
      // The test runner's own NODE_ENV would make it a build for development.
      env: { ...process.env, NODE_ENV: 'production' },
    },
  );
  if (built.status !== 0) throw new Error(`The page does not build.\n${built.stdout}\n${built.stderr}`);
  try {
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

const byPath = (a: { parentPath: string; name: string }, b: { parentPath: string; name: string }): number =>
  join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1;

/** Runs the npm that this machine has. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { findPinnedNode, majorOf, NODE_PACKAGE, ROOT } from './paths.mjs';

const QUIET = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
const SHOWN_ON_FAILURE = 4_000;

/** Runs `npm <args>` under `node`; resolves to undefined, or to the end of what it said when it failed. */
export function runNpm(args, node = process.execPath) {
  const cli = findCli();
  const [command, first] = cli ? [node, [cli]] : ['npm', []];
  return new Promise((resolve) => {
    const child = spawn(command, [...first, ...args, ...QUIET], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: !cli && process.platform === 'win32',
    });
    let said = '';
    const keep = (chunk) => {
      said = (said + chunk).slice(-SHOWN_ON_FAILURE);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => resolve(`npm could not be run: ${error.message}`));
    child.once('close', (code) => resolve(code === 0 ? undefined : said || `npm ended with code ${code}`));
  });
}

/**
 * Calls `use` with the Node that npm is to run under. npm leaves out optional packages that do not suit the Node it
 * runs under, so an older host first fetches the pinned Node into a temporary folder and lets npm run under that.
 */
export async function withSuitableNode(use) {
  if (majorOf(process.version) >= majorOf(NODE_PACKAGE.version) || !findCli()) return use(process.execPath);
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-node-'));
  try {
    await runNpm([
      'install',
      '--no-save',
      '--prefix',
      folder,
      `${NODE_PACKAGE.name}@${NODE_PACKAGE.version}`,
    ]);
    return await use(findPinnedNode(join(folder, 'node_modules')) ?? process.execPath);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** npm's own script: named by the npm that started us, else found by its command. */
function findCli() {
  const given = process.env.npm_execpath;
  const candidates = given ? [given, join(dirname(given), 'npm-cli.js')] : [];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const command = join(folder, 'npm');
    if (existsSync(command)) candidates.push(realpathSync(command));
  }
  return candidates.find((file) => basename(file) === 'npm-cli.js' && existsSync(file));
}

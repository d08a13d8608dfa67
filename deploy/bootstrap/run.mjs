/** Runs the project's own tools under the pinned Node: `run.mjs build | check | vite ... | <file.ts> ...`. */
import { join } from 'node:path';
import { handOver } from './hand-over.mjs';
import { ensureInstalled } from './install.mjs';
import { ensurePage } from './page.mjs';
import { MODULES } from './paths.mjs';
import { say } from './say.mjs';

const TOOLS = {
  oxfmt: 'oxfmt/bin/oxfmt',
  oxlint: 'oxlint/bin/oxlint',
  tsc: 'typescript/bin/tsc',
  vite: 'vite/bin/vite.js',
  vitest: 'vitest/vitest.mjs',
  'vue-tsc': 'vue-tsc/bin/vue-tsc.js',
};

/** Cheapest first; each is run even if one before it failed, so that one look shows everything. */
const CHECKS = [
  ['oxfmt', '--check', '.'],
  ['oxlint', '.'],
  ['tsc', '-p', '.'],
  ['vue-tsc', '-p', 'console/web'],
  ['vitest', 'run', '--config', 'test/vitest.config.ts', 'test/tree'],
];

const [what = 'check', ...args] = process.argv.slice(2);
const node = await ensureInstalled();
const runTool = (name, rest) => handOver(node, [TOOLS[name] ? join(MODULES, TOOLS[name]) : name, ...rest]);

let code = 0;
if (what === 'build') await ensurePage(node);
else if (what === 'check') {
  for (const [tool, ...rest] of CHECKS) {
    say(`- ${tool} ${rest.join(' ')}`);
    code = (await runTool(tool, rest)) || code;
  }
} else code = await runTool(what, args);
process.exit(code);

#!/usr/bin/env node
/** The command `sekisho`: installs and builds what is out of date, then is `main.ts` under the pinned Node. */
import { handOver } from './hand-over.mjs';
import { ensureInstalled } from './install.mjs';
import { ensurePage } from './page.mjs';

const NEEDS_PAGE = ['all', 'console'];

const [command = 'help', ...args] = process.argv.slice(2);
const node = await ensureInstalled();
if (NEEDS_PAGE.some((name) => command.split('+').includes(name))) await ensurePage(node);
// It runs in the clone's folder, but a path is meant from where the caller stands.
const from = command === 'eval' ? ['--from', process.cwd()] : [];
process.exit(await handOver(node, ['main.ts', command, ...args, ...from], { pipe: true }));

/** `npm test`: installs, makes sure of a browser, runs every test, and ends with one line: N passed, N failed. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { handOver } from './hand-over.mjs';
import { ensureInstalled } from './install.mjs';
import { ensurePage } from './page.mjs';
import { MODULES, NOTES } from './paths.mjs';
import { ensurePython } from './python.mjs';
import { say } from './say.mjs';
import { ensureComponents } from './system.mjs';

/** Written by test/reporter.ts while the tests run. */
const COUNTS = join(NOTES, `counts-${process.pid}.json`);

process.once('exit', printCounts);
const node = await ensureInstalled();
await ensurePage(node);
await ensureComponents();
ensurePython();
const vitest = join(MODULES, 'vitest', 'vitest.mjs');
const args = [vitest, 'run', '--config', 'test/vitest.config.ts', ...process.argv.slice(2)];
process.exitCode = await handOver(node, args, { env: { TEST_COUNTS: COUNTS } });

/** The last line, whatever happened: a run that did not reach its end counts as one more failure. */
function printCounts() {
  const { passed, failed, skipped, complete } = readCounts();
  rmSync(COUNTS, { force: true });
  const broken = !complete || (process.exitCode && failed === 0) ? 1 : 0;
  if (broken) say(complete ? 'Something failed outside the tests.' : 'The tests did not run to their end.');
  if (failed + broken > 0) process.exitCode ||= 1;
  process.stdout.write(
    `${passed} passed, ${failed + broken} failed${skipped ? `, ${skipped} skipped` : ''}\n`,
  );
}

function readCounts() {
  try {
    return JSON.parse(readFileSync(COUNTS, 'utf8'));
  } catch {
    // It never came to the first file.
    return { passed: 0, failed: 0, skipped: 0, complete: false };
  }
}

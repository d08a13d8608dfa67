/**
 * Writes the counts of a run after every file to where `npm test` wants them, so that it can end with one true line
 * even after a crash. An error outside a test (a hook, an import, an unhandled rejection) is a failure.
 */
import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export type Counts = { passed: number; failed: number; skipped: number; complete: boolean };

/** Counts of finished files; `extra` is the number of failures outside any file. */
export function countTests(modules: Iterable<TestModule>, extra: number, complete: boolean): Counts {
  const counts = { passed: 0, failed: extra, skipped: 0, complete };
  for (const module of modules) {
    counts.failed += module.errors().length;
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed' || state === 'failed') counts[state]++;
      else counts.skipped++;
    }
  }
  return counts;
}

export default class CountsReporter implements Reporter {
  readonly #ended = new Set<TestModule>();

  onTestModuleEnd(module: TestModule): void {
    this.#ended.add(module);
    this.#write(countTests(this.#ended, 0, false));
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>, reason: string): void {
    this.#write(countTests(modules, errors.length, reason !== 'interrupted'));
  }

  #write(counts: Counts): void {
    const file = process.env['TEST_COUNTS'];
    if (file) writeFileSync(file, JSON.stringify(counts));
  }
}

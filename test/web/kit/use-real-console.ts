/** Per test file: the real rooms with the page in front of them, and visits of somebody who is signed in there. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchBrowser, openVisit, type Visit, type VisitOptions } from './browser.ts';
import {
  openSignedIn,
  type RealConsole,
  type RealConsoleOptions,
  type SignedInOptions,
  startRealConsole,
} from './real-console.ts';

const START_MS = 90_000;

/** `visit` is of somebody who is signed in, the owner unless asked for another role. */
type Visitable = RealConsole & {
  visit: (options?: SignedInOptions) => Promise<Visit>;
  /** Of somebody who has yet to sign in. */
  visitOutside: (options?: VisitOptions) => Promise<Visit>;
};

/** Call once per file: one set of rooms for its tests, a fresh browser profile for each visit. */
export function useRealConsole(options: RealConsoleOptions = {}): () => Visitable {
  let browser: Browser;
  let started: RealConsole;
  const open: Visit[] = [];

  beforeAll(async () => {
    [browser, started] = await Promise.all([launchBrowser(), startRealConsole(options)]);
  }, START_MS);
  afterAll(async () => {
    await browser?.close();
    await started?.end();
  }, START_MS);
  afterEach(async () => {
    const visits = open.splice(0);
    for (const { context } of visits) await context.close();
    expect(visits.flatMap(({ misdeeds }) => misdeeds)).toEqual([]);
  });

  const keep = (visit: Visit): Visit => {
    open.push(visit);
    return visit;
  };
  return () => ({
    ...started,
    visit: async (as) => keep(await openSignedIn(browser, started, as)),
    visitOutside: async (as) => keep(await openVisit(browser, started.url, as)),
  });
}

/** Per test: a stub console and a browser page in front of it; afterwards the page must have kept the rules. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchBrowser, openVisit, type Visit, type VisitOptions } from './browser.ts';
import { buildPage } from './built-page.ts';
import { startStubConsole, type StubConsole } from './stub-console.ts';
import type { World } from './world.ts';

export type Visiting = Visit & { stub: StubConsole };

/** Call once per file; returns what opens a visit to a console with `world`. */
export function useVisits(): (world: World, options?: VisitOptions) => Promise<Visiting> {
  let browser: Browser;
  let page: string;
  const open: Visiting[] = [];

  beforeAll(async () => {
    page = buildPage();
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    const visits = open.splice(0);
    for (const { context, stub } of visits) {
      await context.close();
      await stub.stop();
    }
    expect(visits.flatMap(({ misdeeds }) => misdeeds)).toEqual([]);
  });

  return async (world, options) => {
    const stub = await startStubConsole(page, world);
    const visit = { ...(await openVisit(browser, stub.url, options)), stub };
    open.push(visit);
    return visit;
  };
}

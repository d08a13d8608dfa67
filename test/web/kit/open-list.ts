/** Pages with the list of calls on them. */
import type { Page } from 'playwright-core';
import { createWorld, PROJECT_ID } from './world.ts';
import type { useVisits, Visiting } from './visits.ts';

export const CALLS = `/p/${PROJECT_ID}/calls`;
export const ROW = '[role=row][aria-selected]';
/** The list's element, as an expression in the page. */
export const GRID = `document.querySelector('[role=grid]')`;

/** A visit to the list of a project with `calls` calls, once the first row is there. */
export async function openList(
  visit: ReturnType<typeof useVisits>,
  calls: number,
  query = '',
): Promise<Visiting> {
  const visiting = await visit(createWorld({ calls }));
  await visiting.page.goto(CALLS + query);
  await visiting.page.waitForSelector(ROW);
  return visiting;
}

/** Resolves once new calls would be told of. */
export async function waitForLive(page: Page): Promise<void> {
  await page.waitForSelector('header button:has-text("Live")');
}

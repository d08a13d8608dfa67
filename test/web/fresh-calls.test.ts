import { describe, expect, it } from 'vitest';
import { listCallFacets, listCalls } from '../../console/contract/calls.ts';
import { waitUntil } from '../kit/wait.ts';
import { CALLS, GRID, openList, ROW, waitForLive } from './kit/open-list.ts';
import { useVisits } from './kit/visits.ts';
import { createWorld, makeCall } from './kit/world.ts';

const visit = useVisits();

describe('new calls', () => {
  it('appear at the top while one watches it', async () => {
    const visiting = await openList(visit, 10);
    await waitForLive(visiting.page);
    visiting.stub.push(makeCall({ input: 'just now', request_model: 'brand-new' }));
    await visiting.page.waitForSelector(`${ROW} >> nth=0 >> text=just now`);
    await visiting.page.waitForSelector('aside button:has-text("brand-new")');
  });

  it('wait while one reads, and do not move what is read', async () => {
    const visiting = await openList(visit, 100);
    const { page, stub } = visiting;
    await waitForLive(visiting.page);
    await page.evaluate(`${GRID}.scrollTo(0, 800)`);
    const before = await page.evaluate(`${GRID}.scrollTop`);
    for (let i = 0; i < 3; i++) stub.push(makeCall({ input: `waiting ${i}` }));
    await page.waitForSelector('button:has-text("3 new calls")');
    expect(await page.evaluate(`${GRID}.scrollTop`)).toBe(before);
    await page.click('button:has-text("3 new calls")');
    await page.waitForSelector(`${ROW}:has-text("waiting 2")`);
    expect(await page.locator('button:has-text("new calls")').count()).toBe(0);
  });

  it('wait while a call is open, while paused, and pass the filters', async () => {
    const visiting = await openList(visit, 20, '?model=gpt-4o');
    const { page, stub } = visiting;
    await waitForLive(visiting.page);
    await page.keyboard.press('l');
    stub.push(makeCall({ request_model: 'gpt-4o', input: 'held' }));
    stub.push(makeCall({ request_model: 'other', input: 'not asked for' }));
    await page.waitForSelector('button:has-text("1 new call")');
    await page.keyboard.press('l');
    await page.waitForSelector(`${ROW}:has-text("held")`);
    expect(await page.locator('text=not asked for').count()).toBe(0);
  });

  it('take one stream for all tabs, and the next tab goes on when the first closes', async () => {
    const visiting = await openList(visit, 5);
    const { page, stub, context } = visiting;
    await waitForLive(visiting.page);
    const second = await context.newPage();
    await second.goto(CALLS);
    await second.waitForSelector('header button:has-text("Live")');
    expect(stub.streams()).toBe(1);
    await page.close();
    await waitUntil('the second tab to take over', () => stub.streams() === 1);
    await second.waitForSelector('header button:has-text("Live")');
    stub.push(makeCall({ input: 'after the change' }));
    await second.waitForSelector(`${ROW}:has-text("after the change")`);
  });
});

describe('calm', () => {
  it('does not shift what is drawn while it loads', async () => {
    const { page, stub } = await visit(createWorld({ calls: 60 }));
    await page.addInitScript(`window.shifts = 0; new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.shifts += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });`);
    const releases = [listCalls, listCallFacets].map((route) => stub.hold(route));
    await page.goto(CALLS);
    await page.waitForSelector('[role=grid]');
    for (const release of releases) release();
    await page.waitForSelector(ROW);
    await page.waitForSelector('header dl:has-text("60")');
    expect(await page.evaluate('window.shifts')).toBeLessThan(0.005);
  });
});

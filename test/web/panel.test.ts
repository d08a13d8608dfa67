import { describe, expect, it } from 'vitest';
import { getCall } from '../../console/contract/calls.ts';
import { makeLongCall } from './kit/long-call.ts';
import { CALLS, openList, ROW } from './kit/open-list.ts';
import { useVisits } from './kit/visits.ts';
import { createWorld, makeCall } from './kit/world.ts';

const visit = useVisits();
const PEEK = 'main aside:last-child h2';

describe('the panel', () => {
  it('shows a conversation as text, loads nothing for it, and folds what is old', async () => {
    const world = createWorld({ calls: 3 });
    const call = makeLongCall({ started_at: new Date().toISOString() });
    world.calls = [call, ...world.calls];
    const { page } = await visit(world);
    await page.goto(`${CALLS}?call=${call.trace_id}.${call.span_id}`);
    await page.waitForSelector('article');
    expect(await page.locator('article').count()).toBe(4);
    const panel = await page.locator('main aside').last().innerText();
    expect(panel).toContain('<img src="https://tracker.example.net/p.png">');
    expect(panel).toContain('**名古屋**');
    expect(panel).toContain('https://tracker.example.net/pixel.png?who=hana');
    expect(panel).toContain('find_order');
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.locator('details[open]').count()).toBe(0);
    await page.click('button:has-text("Show 3 earlier messages")');
    expect(await page.locator('article').count()).toBe(7);
  });

  it('has its head before its body, and says when the body fails', async () => {
    const visiting = await openList(visit, 3);
    const { page, stub } = visiting;
    const release = stub.hold(getCall);
    await page.click(ROW);
    await page.waitForSelector(PEEK);
    expect(await page.innerText(PEEK)).toContain('gpt-4o-mini');
    stub.fail(getCall, 'query_timeout');
    release();
    await page.waitForSelector('aside [role=alert]');
    stub.fail(getCall, undefined);
    await page.click('aside [role=alert] button');
    await page.waitForSelector('article');
  });

  it('gates a body that is large, and offers it whole', async () => {
    const world = createWorld();
    const call = makeCall({
      request_raw: JSON.stringify({ text: 'x'.repeat(400_000) }),
      response_raw: 'A'.repeat(2_100_000),
    });
    world.calls = [call];
    const { page } = await visit(world);
    await page.goto(`${CALLS}?tab=raw&call=${call.trace_id}.${call.span_id}`);
    await page.waitForSelector('text=too large to show');
    expect(await page.locator('aside pre').count()).toBe(0);
    const download = page.waitForEvent('download');
    await page.click('aside button[aria-label="Download: Response"]');
    expect((await download).suggestedFilename()).toBe(`${call.span_id}-response.txt`);
    await page.click('button:has-text("Show it")');
    await page.waitForSelector('aside pre');
  });

  it('is moved by its edge, by keys too, and stays so', async () => {
    const visiting = await openList(visit, 3);
    const { page } = visiting;
    await page.click(ROW);
    const edge = page.locator('[role=separator]');
    await edge.focus();
    await page.keyboard.press('ArrowLeft');
    expect(await edge.getAttribute('aria-valuenow')).toBe('54');
    await page.reload();
    await edge.waitFor();
    expect(await edge.getAttribute('aria-valuenow')).toBe('54');
  });
});

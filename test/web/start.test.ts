import { describe, expect, it } from 'vitest';
import { sendTestCall } from '../../console/contract/onboarding.ts';
import { useVisits } from './kit/visits.ts';
import { createWorld, makeCall, PROJECT_ID } from './kit/world.ts';

const visit = useVisits();
const START = `/p/${PROJECT_ID}/start`;
const clipboard = 'navigator.clipboard.readText()';

describe('connecting an app', () => {
  it('gives the real address and key to copy, hidden until asked for', async () => {
    const { page, stub } = await visit(createWorld());
    const { api_key, base_url, passthrough_url } = stub.world.onboarding;
    await page.goto(START);
    await page.waitForSelector('pre');
    expect(await page.innerText('main')).not.toContain(api_key);
    await page.click('button[aria-label="Copy Key"]');
    expect(await page.evaluate(clipboard)).toBe(api_key);
    await page.click('button[aria-label="Show the key"]');
    expect(await page.innerText('main')).toContain(api_key);

    for (const tab of ['Python', 'JavaScript', 'curl', 'Environment only']) {
      await page.click(`[role=tab]:has-text("${tab}")`);
      await page.click('button:has-text("Copy"):not([aria-label])');
      const copied = String(await page.evaluate(clipboard));
      expect(copied).toContain(base_url);
      expect(copied).toContain(api_key);
      expect(copied).not.toContain('•');
    }
    await page.click('[role=tab]:has-text("Keep your own")');
    await page.click('button:has-text("Copy"):not([aria-label])');
    const copied = String(await page.evaluate(clipboard));
    expect(copied).toContain(passthrough_url);
    expect(copied).not.toContain(api_key);
  });

  it('turns waiting into the first call, live, and opens it', async () => {
    const { page, stub } = await visit(createWorld());
    await page.goto(START);
    await page.waitForSelector('text=Waiting for the first request');
    const call = makeCall({ input: 'first!', response_model: 'gpt-4o-mini-2024-07-18' });
    stub.push(call);
    await page.waitForSelector('text=The first request has arrived');
    const card = await page.innerText('main section dl');
    for (const part of ['gpt-4o-mini-2024-07-18', '1.24 s', '1,840', '$0.000326'])
      expect(card).toContain(part);
    await page.click('a:has-text("Open it")');
    await page.waitForURL(`**/calls?call=${call.trace_id}.${call.span_id}`);
    await page.waitForSelector('article');
  });

  it('sends a test request, and says why one failed', async () => {
    const { page, stub } = await visit(createWorld());
    await page.goto(START);
    stub.fail(sendTestCall, 'upstream_unreachable');
    await page.click('button:has-text("Send a test request")');
    await page.waitForSelector('text=The model provider could not be reached');
    stub.fail(sendTestCall, undefined);
    await page.click('button:has-text("Send a test request")');
    await page.waitForSelector('text=The first request has arrived');
  });

  it('shows an attempt that was refused, until one goes through', async () => {
    const { page, stub } = await visit(createWorld());
    stub.world.onboarding.last_rejected = { at: new Date().toISOString(), path: '/v1/responses' };
    await page.goto(START);
    await page.waitForSelector('text=A request to /v1/responses was refused');
    stub.push(makeCall({ started_at: new Date(Date.now() + 1000).toISOString() }));
    await page.waitForSelector('text=has arrived');
    expect(await page.locator('text=was refused').count()).toBe(0);
  });

  it('says where a key is to be had when there is none to show', async () => {
    const world = createWorld();
    world.onboarding = { ...world.onboarding, api_key: null, passthrough_url: null };
    const { page } = await visit(world);
    await page.goto(START);
    await page.waitForSelector('text=There is no key to show here');
    expect(await page.innerText('pre')).toContain('YOUR_SEKISHO_KEY');
  });
});

describe('keys', () => {
  it('makes one and shows it this once, then revokes one after asking', async () => {
    const { page, stub } = await visit(createWorld());
    await page.goto(`/p/${PROJECT_ID}/keys`);
    await page.click('button:has-text("Create key")');
    await page.fill('dialog[open] input >> nth=0', 'Nightly batch');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open] code');
    const text = await page.innerText('dialog[open] code');
    await page.click('dialog[open] button:has-text("Copy key")');
    expect(await page.evaluate(clipboard)).toBe(text);
    await page.click('dialog[open] button:has-text("Done")');
    await page.waitForSelector('tr:has-text("Nightly batch")');
    expect(await page.content()).not.toContain(text);

    await page.click('tr:has-text("Nightly batch") button');
    await page.click('dialog[open] button:has-text("Cancel")');
    expect(stub.world.keys.at(-1)?.status).toBe('active');
    await page.click('tr:has-text("Nightly batch") button');
    await page.click('dialog[open] button:has-text("Revoke")');
    await page.waitForSelector('tr:has-text("Nightly batch"):has-text("Revoked")');
  });
});

describe('health', () => {
  it('says whether all is stored, and what is not', async () => {
    const { page, stub } = await visit(createWorld());
    await page.goto('/health');
    await page.waitForSelector('text=Complete: 112,746 calls are stored');
    const [first, ...others] = stub.world.health.certificate;
    if (first) stub.world.health.certificate = [{ ...first, kind: 'bye', lost: { quota: 3 } }, ...others];
    stub.world.health.rooms = [{ room: 'gateway', ready: false, detail: 'does not answer' }];
    await page.click('button:has-text("Refresh")');
    await page.waitForSelector('text=Not complete: 2 missing, 0 stored twice, 3 counted as lost');
    await page.waitForSelector('text=does not answer');
  });
});

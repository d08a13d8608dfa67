import { describe, expect, it } from 'vitest';
import { getMe } from '../../console/contract/session.ts';
import { useVisits } from './kit/visits.ts';
import { createWorld, PROJECT_ID, type World } from './kit/world.ts';

const visit = useVisits();
const outside = (changes: Partial<World> = {}): World => ({
  ...createWorld({ calls: 3 }),
  me: undefined,
  ...changes,
});

describe('the first owner', () => {
  it('enters by the one-time link and lands on the start page', async () => {
    const { page, stub } = await visit(outside({ setupNeeded: true, calls: [] }));
    await page.goto('/setup?token=setup-token');
    await page.fill('input[autocomplete=name]', 'Hana Sato');
    await page.fill('input[type=email]', 'hana@example.com');
    await page.fill('input[type=password]', 'short');
    expect(await page.innerText('form')).toContain('At least 12 characters');
    await page.fill('input[type=password]', 'correct horse battery staple');
    expect(await page.innerText('form')).toContain('Strong');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/p/${PROJECT_ID}/start`);
    expect(stub.world.me?.name).toBe('Hana Sato');
  });

  it('is told when the link is not valid, when it is not needed, and when it is missing', async () => {
    const { page, stub } = await visit(outside({ setupNeeded: true }));
    await page.goto('/setup?token=wrong');
    await page.fill('input[autocomplete=name]', 'Hana');
    await page.fill('input[type=email]', 'hana@example.com');
    await page.fill('input[type=password]', 'correct horse battery staple');
    await page.keyboard.press('Enter');
    expect(await page.innerText('[role=alert]')).toContain('This link is not valid');
    await page.goto('/setup');
    await page.waitForSelector('text=one-time link');
    stub.world.setupNeeded = false;
    await page.goto('/setup?token=setup-token');
    await page.waitForSelector('text=set up already');
  });

  it('is sent to the terminal from the sign-in page while there is no account', async () => {
    const { page } = await visit(outside({ setupNeeded: true }));
    await page.goto('/');
    await page.waitForSelector('text=No account exists yet');
  });
});

describe('signing in', () => {
  it('comes back to the address one wanted', async () => {
    const { page } = await visit(outside());
    const wanted = `/p/${PROJECT_ID}/calls?status=ok&range=7d`;
    await page.goto(wanted);
    await page.waitForURL('**/sign-in?next=**');
    await page.fill('input[type=email]', 'hana@example.com');
    await page.fill('input[type=password]', 'wrong');
    await page.keyboard.press('Enter');
    expect(await page.innerText('[role=alert]')).toBe('E-mail or password is not right.');
    await page.fill('input[type=password]', 'correct horse battery staple');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**${wanted}`);
  });

  it('never leads to another site', async () => {
    const { page, stub } = await visit(outside());
    await page.goto('/sign-in?next=//evil.example/x');
    await page.fill('input[type=email]', 'hana@example.com');
    await page.fill('input[type=password]', 'correct horse battery staple');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${stub.url}/p/**`);
  });

  it('is asked for when the session has ended, wherever one is', async () => {
    const { page, stub } = await visit(createWorld({ calls: 3 }));
    await page.goto(`/p/${PROJECT_ID}/keys`);
    await page.waitForSelector('table');
    stub.world.me = undefined;
    await page.click('a[href$="/calls"]');
    await page.waitForURL('**/sign-in?next=**calls**');
  });

  it('ends by the account menu', async () => {
    const { page, stub } = await visit(createWorld());
    await page.goto('/health');
    await page.click('nav button[aria-label^="Account"]');
    await page.click('[role=menuitem]:has-text("Sign out")');
    await page.waitForURL('**/sign-in');
    expect(stub.world.me).toBeUndefined();
  });

  it('says when the server is away, and goes on when it is back', async () => {
    const { page, stub } = await visit(createWorld());
    stub.fail(getMe, 'store_unavailable');
    await page.goto('/health');
    expect(await page.innerText('[role=alert]')).toContain('database is not available');
    stub.fail(getMe, undefined);
    await page.click('[role=alert] button');
    await page.waitForSelector('table');
  });
});

describe('the frame', () => {
  it('shows only what a role may use', async () => {
    const { page } = await visit(createWorld({ role: 'viewer' }));
    await page.goto(`/p/${PROJECT_ID}/start`);
    await page.waitForSelector('nav');
    const names = await page
      .locator('nav a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('aria-label')));
    expect(names).toContain('Prompts');
    for (const name of ['Health', 'Keys', 'Audit log']) expect(names).not.toContain(name);
    expect(await page.locator('button:has-text("Send a test request")').count()).toBe(0);
  });

  it('switches language and theme, and keeps both', async () => {
    const { page } = await visit(createWorld());
    await page.goto('/health');
    await page.click('nav button[aria-label="Language"]');
    await page.click('[role=menuitem]:has-text("日本語")');
    await page.waitForSelector('h1:has-text("稼働状況")');
    await page.click('nav button[aria-label="テーマ"]');
    await page.click('[role=menuitem]:has-text("ダーク")');
    await page.reload();
    await page.waitForSelector('h1:has-text("稼働状況")');
    expect(await page.getAttribute('html', 'data-theme')).toBe('dark');
    expect(await page.title()).toBe('稼働状況 · Sekisho');
  });

  it('remembers the project, and switches it', async () => {
    const { page } = await visit(createWorld());
    await page.goto(`/p/${PROJECT_ID}/keys`);
    await page.click('nav button[aria-label^="Project"]');
    await page.click('[role=menuitem]:has-text("社内検索")');
    await page.waitForURL('**/p/*02/keys');
    await page.goto('/');
    await page.waitForURL('**/p/*02/start');
  });

  it('says so where there is no project', async () => {
    const world = createWorld();
    world.me = { ...world.account, projects: [] };
    const { page } = await visit(world);
    await page.goto('/');
    await page.waitForSelector('text=You have no project yet');
  });
});

import { describe, expect, it } from 'vitest';
import { listCallFacets, listCalls } from '../../console/contract/calls.ts';
import { getHealth } from '../../console/contract/health.ts';
import { listKeys } from '../../console/contract/keys.ts';
import { getOnboarding } from '../../console/contract/onboarding.ts';
import { findBarriers } from './kit/browser.ts';
import { makeLongCall } from './kit/long-call.ts';
import { useVisits, type Visiting } from './kit/visits.ts';
import { createWorld, PROJECT_ID, type World } from './kit/world.ts';

const visit = useVisits();
const HOME = `/p/${PROJECT_ID}`;
const idOf = (call: { trace_id: string; span_id: string }) => `${call.trace_id}.${call.span_id}`;

type State = {
  name: string;
  world?: () => World;
  before?: (visiting: Visiting) => void;
  path: (world: World) => string;
  /** Shown once the state is reached. */
  sign: string;
  act?: (visiting: Visiting) => Promise<void>;
};

const long = (changes = {}): World => {
  const world = createWorld({ calls: 3 });
  world.calls = [makeLongCall({ started_at: new Date().toISOString(), ...changes }), ...world.calls];
  return world;
};
const newest = (world: World): string => idOf(world.calls[0] ?? { trace_id: '', span_id: '' });

const STATES: State[] = [
  {
    name: 'set-up',
    world: () => ({ ...createWorld(), me: undefined, setupNeeded: true }),
    path: () => '/setup?token=setup-token',
    sign: 'input[type=password]',
  },
  {
    name: 'sign-in',
    world: () => ({ ...createWorld(), me: undefined }),
    path: () => '/health',
    sign: 'form',
  },
  {
    name: 'sign-in refused',
    world: () => ({ ...createWorld(), me: undefined }),
    path: () => '/sign-in',
    sign: 'form',
    act: async ({ page }) => {
      await page.fill('input[type=email]', 'hana@example.com');
      await page.fill('input[type=password]', 'wrong');
      await page.click('button[type=submit]');
      await page.waitForSelector('[role=alert]');
    },
  },
  { name: 'start, waiting', path: () => `${HOME}/start`, sign: 'pre' },
  {
    name: 'start, arrived',
    world: () => createWorld({ calls: 2 }),
    path: () => `${HOME}/start`,
    sign: 'a[href*="call="]',
  },
  {
    name: 'start, failed',
    before: ({ stub }) => stub.fail(getOnboarding, 'internal_error'),
    path: () => `${HOME}/start`,
    sign: '[role=alert]',
  },
  {
    name: 'calls',
    world: () => createWorld({ calls: 12 }),
    path: () => `${HOME}/calls`,
    sign: '[role=row][aria-selected]',
  },
  {
    name: 'calls, loading',
    before: ({ stub }) => void stub.hold(listCalls),
    path: () => `${HOME}/calls`,
    sign: '[role=grid][aria-busy=true]',
  },
  { name: 'calls, none', path: () => `${HOME}/calls`, sign: 'a[href$="/start"]' },
  {
    name: 'calls, failed',
    before: ({ stub }) => {
      stub.fail(listCalls, 'store_unavailable');
      stub.fail(listCallFacets, 'store_unavailable');
    },
    path: () => `${HOME}/calls`,
    sign: '[role=alert]',
  },
  ...(['conversation', 'timing', 'raw', 'details'] as const).map((tab) => ({
    name: `call, ${tab}`,
    world: () => long(),
    path: (world: World) => `${HOME}/calls?tab=${tab}&call=${newest(world)}`,
    sign: { conversation: 'article', timing: 'table', raw: 'aside pre', details: 'aside dl dd.verbatim' }[
      tab
    ],
  })),
  {
    name: 'call that failed',
    world: () =>
      long({
        status: 'error',
        http_status: 500,
        error_type: '500',
        response_raw: '{"error":{"message":"boom"}}',
      }),
    path: (world) => `${HOME}/calls?call=${newest(world)}`,
    sign: 'blockquote',
  },
  {
    name: 'call that is not there',
    path: () => `${HOME}/calls?call=${'0'.repeat(32)}.${'0'.repeat(16)}`,
    sign: 'aside [role=alert]',
  },
  { name: 'keys', path: () => `${HOME}/keys`, sign: 'table' },
  {
    name: 'keys, none',
    world: () => ({ ...createWorld(), keys: [] }),
    path: () => `${HOME}/keys`,
    sign: 'main p',
  },
  {
    name: 'keys, not allowed',
    world: () => createWorld({ role: 'viewer' }),
    before: ({ stub }) => stub.fail(listKeys, 'forbidden'),
    path: () => `${HOME}/keys`,
    sign: '[role=alert]',
  },
  {
    name: 'a new key',
    path: () => `${HOME}/keys`,
    sign: 'table',
    act: async ({ page }) => {
      await page.click('header button');
      await page.waitForSelector('dialog[open] input');
    },
  },
  { name: 'health', path: () => '/health', sign: 'table' },
  {
    name: 'health, failed',
    before: ({ stub }) => stub.fail(getHealth, 'internal_error'),
    path: () => '/health',
    sign: '[role=alert]',
  },
  {
    name: 'palette',
    path: () => '/health',
    sign: 'table',
    act: async ({ page }) => {
      await page.keyboard.press('Control+k');
      await page.waitForSelector('dialog[open] [role=option]');
    },
  },
  {
    name: 'shortcut sheet',
    path: () => '/health',
    sign: 'table',
    act: async ({ page }) => {
      await page.keyboard.press('?');
      await page.waitForSelector('dialog[open] kbd');
    },
  },
  {
    name: 'language menu',
    path: () => '/health',
    sign: 'table',
    act: async ({ page }) => {
      await page.click('nav button[aria-haspopup=menu] >> nth=1');
      await page.waitForSelector('[role=menuitem]');
    },
  },
  { name: 'no such page', path: () => '/nowhere', sign: 'main p' },
];

describe.each([
  { locale: 'en', theme: 'light' },
  { locale: 'ja', theme: 'dark' },
] as const)('in $locale, $theme', ({ locale, theme }) => {
  it.each(STATES)('$name has no barrier', async ({ world, before, path, sign, act }) => {
    const visiting = await visit(world?.() ?? createWorld(), { locale, theme });
    const { page, stub } = visiting;
    before?.(visiting);
    await page.goto(path(stub.world));
    await page.waitForSelector(sign);
    await act?.(visiting);
    expect(await findBarriers(page)).toEqual([]);
    expect(await page.getAttribute('html', 'lang')).toBe(locale);
    expect(await page.getAttribute('html', 'data-theme')).toBe(theme);
  });
});

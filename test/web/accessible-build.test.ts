/** Prompts and the audit log in each of their states. */
import { makePrompt } from './kit/prompts.ts';
import type { RealConsole } from './kit/real-console.ts';
import { checkStates, type State } from './kit/states.ts';
import { useRealConsole } from './kit/use-real-console.ts';

const real = useRealConsole();

const promptOf =
  (query = '') =>
  async (rooms: RealConsole) =>
    `prompts/${(await makePrompt(rooms)).id}${query}`;

const STATES: State[] = [
  {
    name: 'prompts, none',
    path: () => 'prompts',
    instead: { url: '**/prompts?**', say: 'nothing_there' },
    sign: 'main p',
  },
  {
    name: 'prompts',
    path: async (rooms) => {
      await makePrompt(rooms);
      return 'prompts';
    },
    sign: 'table',
  },
  {
    name: 'prompts, failed',
    path: () => 'prompts',
    instead: { url: '**/prompts?**', say: 'error' },
    sign: '[role=alert]',
  },
  {
    name: 'prompts, loading',
    path: () => 'prompts',
    instead: { url: '**/prompts?**', say: 'no_answer' },
    sign: 'main [aria-hidden=true] .pulsing',
  },
  { name: 'a new prompt', path: () => 'prompts/new', sign: 'form' },
  { name: 'a new prompt, not allowed', path: () => 'prompts/new', as: 'reviewer', sign: '[role=alert]' },
  { name: 'a prompt that is not there', path: () => 'prompts/pmpt_none', sign: '[role=alert]' },
  {
    name: 'a prompt, answered',
    path: promptOf('?beside=1'),
    sign: 'td textarea',
    act: async (page) => {
      await page.fill('td textarea >> nth=0', 'Acme');
      await page.keyboard.press('Control+Enter');
      await page.waitForSelector('td .verbatim >> nth=1');
      await page.waitForSelector('[role=progressbar]', { state: 'detached' });
      await page.check('section input[type=checkbox]');
    },
  },
  {
    name: 'a draft to publish',
    path: promptOf(),
    sign: 'article textarea',
    act: async (page) => {
      await page.fill('article textarea >> nth=0', 'Another {{thing}}');
      await page.click('header button:has-text("3")');
      await page.waitForSelector('dialog[open] textarea');
    },
  },
  { name: 'a prompt, as a viewer', path: promptOf(), as: 'viewer', sign: 'article textarea' },
  { name: 'versions', path: promptOf('?tab=versions'), sign: 'article' },
  { name: 'versions, compared', path: promptOf('?tab=versions&version=2&against=1'), sign: 'ins' },
  { name: 'how to use a prompt', path: promptOf('?tab=use'), sign: 'pre' },
  {
    name: 'audit',
    path: async (rooms) => {
      await makePrompt(rooms);
      return 'audit';
    },
    sign: 'tbody tr',
    act: async (page) => {
      await page.click('tbody tr button');
      await page.waitForSelector('aside h4');
    },
  },
  { name: 'audit, none of the kind', path: () => 'audit?kind=export', sign: 'main p' },
  { name: 'audit, not allowed', path: () => 'audit', as: 'builder', sign: '[role=alert]' },
];

checkStates(real, STATES);

/** Evaluations and exports in each of their states. */
import type { Page } from 'playwright-core';
import { type Compared, makeCalls, makeCompared, makeDataset, makeEval, makeExport } from './kit/evals.ts';
import type { RealConsole } from './kit/real-console.ts';
import { checkStates, type State } from './kit/states.ts';
import { useRealConsole } from './kit/use-real-console.ts';

const real = useRealConsole();

/** Made once for all states. */
let compared: Promise<Compared> | undefined;
const findCompared = (rooms: RealConsole): Promise<Compared> =>
  (compared ??= makeCompared(rooms, { judge: true }));
let called: Promise<void> | undefined;
const findCalls = (rooms: RealConsole): Promise<void> => (called ??= makeCalls(rooms, 16));

const ofEval =
  (rest = '') =>
  async (rooms: RealConsole) =>
    `evals/${(await findCompared(rooms)).eval_id}${rest}`;
const ofRun =
  (rest = '') =>
  async (rooms: RealConsole) => {
    const { eval_id, runs } = await findCompared(rooms);
    return `evals/${eval_id}/runs/${runs[0].id}${rest}`;
  };
const wizard = (step: string) => async (rooms: RealConsole) => {
  await findCalls(rooms);
  return `exports/new?step=${step}&score_name=${step === 'keep' ? 'Tone' : ''}&validation=0.1`;
};

async function addEveryKind(page: Page): Promise<void> {
  await page.waitForSelector('dd');
  for (const kind of ['Text', 'Similar', 'score', 'label', '文字の一致', '類似度', '採点', '分類']) {
    const button = page.locator(`form h3 + div > button:has-text("${kind}")`);
    if ((await button.count()) > 0) await button.first().click();
  }
  await page.locator('form article').nth(3).waitFor();
  await page.click('section:has(dl) > button');
  await page.waitForSelector('section:has(dl) li');
}

async function open(page: Page, button: string, shown: string): Promise<void> {
  await page.click(button);
  await page.waitForSelector(shown);
}

const EVALS: State[] = [
  {
    name: 'evaluations, none',
    path: () => 'evals',
    instead: { url: '**/evals?**', say: 'nothing_there' },
    sign: 'main p',
  },
  {
    name: 'evaluations',
    path: async (rooms) => {
      await findCompared(rooms);
      await makeEval(rooms);
      return 'evals';
    },
    sign: 'tbody a[href*="/runs/"]',
  },
  {
    name: 'evaluations, failed',
    path: () => 'evals',
    instead: { url: '**/evals?**', say: 'error' },
    sign: '[role=alert]',
  },
  {
    name: 'evaluations, loading',
    path: () => 'evals',
    instead: { url: '**/evals?**', say: 'no_answer' },
    sign: 'main [aria-hidden=true] .pulsing',
  },
  {
    name: 'a new evaluation with a criterion of every kind',
    path: async (rooms) => `evals/new?dataset=${(await makeDataset(rooms)).id}`,
    sign: 'form',
    act: addEveryKind,
  },
  { name: 'a new evaluation, not allowed', path: () => 'evals/new', as: 'viewer', sign: 'main p' },
  { name: 'an evaluation that is not there', path: () => 'evals/eval_none', sign: '[role=alert]' },
  { name: 'runs', path: ofEval(), sign: 'tbody input' },
  { name: 'runs, as a viewer', path: ofEval(), as: 'viewer', sign: 'tbody input' },
  {
    name: 'runs, none',
    path: async (rooms) => `evals/${(await makeEval(rooms)).id}`,
    sign: 'main p',
  },
  { name: 'a run to start', path: ofEval('?new=run'), sign: 'dialog[open] fieldset code' },
  {
    name: 'a run of a model to start',
    path: ofEval('?new=run'),
    sign: 'dialog[open] fieldset code',
    act: async (page) => {
      await page.check('dialog[open] input[value=model]');
      await page.uncheck('dialog[open] input[type=checkbox]');
      await page.check('dialog[open] input[value=calls]');
      await page.waitForSelector('dialog[open] textarea');
    },
  },
  { name: 'schedules, none', path: ofEval('?tab=schedules'), sign: '[role=tabpanel] p' },
  {
    name: 'a schedule to create',
    path: ofEval('?tab=schedules'),
    sign: '[role=tabpanel] button',
    act: (page) => open(page, '[role=tabpanel] button', 'dialog[open] input[type=time]'),
  },
  {
    name: 'schedules',
    path: async (rooms) => {
      const { runs, dataset_id, prompt_id } = await findCompared(rooms);
      const { id } = await makeEval(rooms, { dataset_id });
      const { data_source } = runs[0];
      const body = { name: `Of ${prompt_id}`, cron: '0 9 * * 1', timezone: 'Asia/Tokyo', data_source };
      await rooms.v1('POST', `/evals/${id}/schedules`, body);
      return `evals/${id}?tab=schedules`;
    },
    sign: 'tbody tr',
  },
  { name: 'criteria', path: ofEval('?tab=criteria'), sign: 'article' },
  {
    name: 'criteria to change',
    path: ofEval('?tab=criteria'),
    sign: 'article',
    act: (page) => open(page, '[role=tabpanel] button', '[role=tabpanel] form'),
  },
  { name: 'a run', path: ofRun(), sign: 'tbody tr' },
  { name: 'a run, no such item', path: ofRun('?status=error'), sign: 'main p' },
  {
    name: 'an item of a run',
    path: ofRun(),
    sign: 'tbody tr',
    act: (page) => open(page, 'tbody button', 'aside article'),
  },
  {
    name: 'failing items to put aside',
    path: ofRun(),
    sign: 'header button',
    act: (page) => open(page, 'header button', 'dialog[open] select'),
  },
  { name: 'runs to choose for a comparison', path: ofEval('/compare'), sign: 'main p' },
  {
    name: 'a comparison with differences',
    path: async (rooms) => {
      const { eval_id, runs } = await findCompared(rooms);
      return `evals/${eval_id}/compare?baseline=${runs[0].id}&candidate=${runs[1].id}`;
    },
    sign: 'svg[role=img]',
    act: async (page) => {
      await page.check('section input[type=checkbox]');
      await page.waitForSelector('ins');
    },
  },
];

const EXPORTS: State[] = [
  {
    name: 'exports, none',
    path: () => 'exports',
    instead: { url: '**/exports?**', say: 'nothing_there' },
    sign: 'main p',
  },
  {
    name: 'exports',
    path: async (rooms) => {
      await findCalls(rooms);
      await makeExport(rooms);
      return 'exports';
    },
    sign: 'tbody a[download]',
  },
  {
    name: 'exports, failed',
    path: () => 'exports',
    instead: { url: '**/exports?**', say: 'error' },
    sign: '[role=alert]',
  },
  { name: 'an export, source', path: wizard('source'), sign: 'main [role=group] button + button' },
  { name: 'an export, selection', path: wizard('keep'), sign: 'input[type=number]' },
  { name: 'an export, format', path: wizard('format'), sign: 'input[type=range]' },
  { name: 'an export, checked', path: wizard('check'), sign: 'article' },
  {
    name: 'an export, checking failed',
    path: wizard('check'),
    instead: { url: '**/exports/preview', say: 'error' },
    sign: '[role=alert]',
  },
  { name: 'an export, not allowed', path: () => 'exports/new', as: 'reviewer', sign: 'main p' },
  {
    name: 'an export',
    path: async (rooms) => {
      await findCalls(rooms);
      return `exports/${(await makeExport(rooms, { format: 'openai_dpo' })).id}`;
    },
    sign: 'a[download]',
  },
  { name: 'an export that is not there', path: () => 'exports/export_none', sign: '[role=alert]' },
];

checkStates(real, [...EVALS, ...EXPORTS]);

/** Sources, datasets and what is said of calls, in each of their states. */
import type { Page } from 'playwright-core';
import { makeDataset } from './kit/datasets.ts';
import { makePrompt } from './kit/prompts.ts';
import type { RealConsole } from './kit/real-console.ts';
import { makeCalls, makeSource, RETURNS, writeTemp } from './kit/sources.ts';
import { checkStates, type State } from './kit/states.ts';
import { useRealConsole } from './kit/use-real-console.ts';

const real = useRealConsole();
const FILES = { 'returns.md': RETURNS, 'broken.pdf': 'not a pdf' };
const ROW = '[role=row][aria-selected]';

const sourceOf =
  (query = '', files: Record<string, string> = FILES) =>
  async (rooms: RealConsole) =>
    `sources/${(await makeSource(rooms, { files })).id}${query}`;
const datasetOf =
  (options: Parameters<typeof makeDataset>[1] = {}) =>
  async (rooms: RealConsole) =>
    `datasets/${(await makeDataset(rooms, options)).id}`;
/** The newest call of all, in its panel. */
const callOf = async (rooms: RealConsole): Promise<string> => {
  const [trace_id] = await makeCalls(rooms, ['How long can I return an item?']);
  const said = {
    thumb: 'down',
    comment: '長すぎます。',
    correction: 'Within 30 days.',
    label: { name: 'tone', value: 'dry' },
  };
  await rooms.v1('POST', '/feedback', { trace_id, ...said });
  return 'calls';
};
const openNewest = async (page: Page): Promise<void> => {
  await page.click(`${ROW} >> nth=0`);
  await page.waitForSelector('aside article');
  await page.keyboard.press('2');
  await page.waitForSelector('aside li time');
};
const openDialog =
  (button: string) =>
  async (page: Page): Promise<void> => {
    await page.click(button);
    await page.waitForSelector('dialog[open] button');
  };
const openItem = async (page: Page): Promise<void> => {
  await page.click('tbody tr >> nth=0');
  await page.fill('aside textarea >> nth=0', '30 days.');
  await page.click('aside summary >> nth=0');
};

const SOURCES: State[] = [
  {
    name: 'sources, none',
    path: () => 'sources',
    instead: { url: '**/vector_stores?**', say: 'nothing_there' },
    sign: 'main p',
  },
  {
    name: 'sources, failed',
    path: () => 'sources',
    instead: { url: '**/vector_stores?**', say: 'error' },
    sign: '[role=alert]',
  },
  {
    name: 'sources, loading',
    path: () => 'sources',
    instead: { url: '**/vector_stores?**', say: 'no_answer' },
    sign: 'main [aria-hidden=true] .pulsing',
  },
  {
    name: 'sources',
    path: async (rooms) => {
      await makeSource(rooms, { files: FILES });
      return 'sources';
    },
    sign: 'table',
  },
  {
    name: 'a new source',
    path: async (rooms) => {
      await makeSource(rooms);
      return 'sources';
    },
    sign: 'table',
    act: openDialog('header button'),
  },
  { name: 'a source that is not there', path: () => 'sources/vs_none', sign: '[role=alert]' },
  { name: 'a source without files', path: sourceOf('', {}), sign: 'input[type=file]' },
  {
    name: 'files, one failed, one being sent, one refused',
    path: sourceOf(),
    sign: 'tbody tr',
    act: async (page) => {
      await page.route('**/files', () => {});
      await page.setInputFiles('main input[type=file]', [writeTemp('a.txt', 'a'), writeTemp('b.xlsx', 'b')]);
      await page.waitForSelector('li [role=progressbar]');
      await page.waitForSelector('li [role=alert]');
    },
  },
  {
    name: 'chunks of a file',
    path: sourceOf(),
    sign: 'tbody tr',
    act: async (page) => {
      await page.click('tbody button:has-text("returns.md")');
      await page.waitForSelector('aside article');
    },
  },
  {
    name: 'a question tried in two ways',
    path: sourceOf('?tab=try&q=refund&versus=text'),
    sign: 'ol li mark',
  },
  { name: 'a question that finds nothing', path: sourceOf('?tab=try&q=zzz&mode=text'), sign: 'section p' },
  { name: 'how to use a source', path: sourceOf('?tab=use'), sign: 'pre' },
  {
    name: 'a source to delete',
    path: sourceOf(),
    sign: 'tbody tr',
    act: openDialog('header button >> nth=-1'),
  },
  { name: 'a source, as a viewer', path: sourceOf(), as: 'viewer', sign: 'tbody tr' },
];

const DATASETS: State[] = [
  {
    name: 'datasets, none',
    path: () => 'datasets',
    instead: { url: '**/datasets?**', say: 'nothing_there' },
    sign: 'main p',
  },
  {
    name: 'datasets, failed',
    path: () => 'datasets',
    instead: { url: '**/datasets?**', say: 'error' },
    sign: '[role=alert]',
  },
  {
    name: 'datasets, and a new one',
    path: async (rooms) => {
      await makeDataset(rooms);
      return 'datasets';
    },
    sign: 'table',
    act: openDialog('header button'),
  },
  { name: 'a dataset that is not there', path: () => 'datasets/ds_none', sign: '[role=alert]' },
  { name: 'a dataset without items', path: datasetOf({ items: [] }), sign: 'main p' },
  { name: 'an item, changed', path: datasetOf(), sign: 'tbody tr', act: openItem },
  {
    name: 'changes to save',
    path: datasetOf(),
    sign: 'tbody tr',
    act: async (page) => {
      await openItem(page);
      await page.click('aside header button >> nth=-1');
      await openDialog('main > [role=region] button >> nth=-1')(page);
    },
  },
  {
    name: 'the versions',
    path: datasetOf(),
    sign: 'tbody tr',
    act: async (page) => {
      await page.click('header button[aria-haspopup=menu] >> nth=0');
      await page.waitForSelector('[role=menuitem]');
    },
  },
  {
    name: 'an item by hand',
    path: datasetOf(),
    sign: 'tbody tr',
    act: openDialog('header button:not([aria-haspopup])'),
  },
  { name: 'a dataset, as a reviewer', path: datasetOf(), as: 'reviewer', sign: 'tbody tr' },
];

const CALLS: State[] = [
  { name: 'what is said of a call', path: callOf, sign: ROW, act: openNewest },
  {
    name: 'a correction',
    path: callOf,
    sign: ROW,
    act: async (page) => {
      await openNewest(page);
      await page.keyboard.press('c');
      await page.waitForSelector('aside form textarea');
      await page.fill('aside form textarea >> nth=0', 'Within 31 days.');
      await page.waitForSelector('aside form ins');
    },
  },
  { name: 'what is said of a call, as a viewer', path: callOf, as: 'viewer', sign: ROW, act: openNewest },
  {
    name: 'a call to add to a dataset',
    path: callOf,
    sign: ROW,
    act: async (page) => {
      await openNewest(page);
      await page.keyboard.press('a');
      await page.waitForSelector('dialog[open] select');
    },
  },
  {
    name: 'calls to add to a dataset',
    path: callOf,
    sign: ROW,
    act: async (page) => {
      await page.click('header button:has(svg.lucide-database-zap)');
      await page.waitForSelector('dialog[open] input[type=number]');
    },
  },
  {
    name: 'a call of a prompt, with filters',
    path: async (rooms) => {
      const { name } = await makePrompt(rooms);
      await makeCalls(rooms, ['x']);
      return `calls?prompt=${name}&feedback=none&tag=vip&own=hide`;
    },
    sign: 'aside input[type=checkbox]',
  },
];

checkStates(real, [...SOURCES, ...DATASETS, ...CALLS]);

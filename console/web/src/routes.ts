/** The pages: where each stands in the address, its code, its title and its words. */
import type { RouteRecordRaw } from 'vue-router';
import type { Section } from './messages/sections.ts';

declare module 'vue-router' {
  interface RouteMeta {
    /** Shown without the rail, and to anyone. */
    open?: boolean;
    /** Message key of the page's title. */
    title: string;
    /** Messages that come with the page; those of the frame, the calls and the keys are always there. */
    messages?: Section;
  }
}

type Load = NonNullable<RouteRecordRaw['component']>;

const PROJECT = '/p/:project_id';

/** The pages of one section: `[name, path below the project, code]`; they share a title and their messages. */
function section(of: Section, pages: readonly (readonly [string, string, Load])[]): RouteRecordRaw[] {
  return pages.map(([name, path, component]) => ({
    path: `${PROJECT}/${path}`,
    name,
    component,
    meta: { title: `places.${of}`, messages: of },
  }));
}

export const routes: RouteRecordRaw[] = [
  {
    path: '/setup',
    name: 'setup',
    component: () => import('./session/SetupPage.vue'),
    meta: { open: true, title: 'setup.title' },
  },
  {
    path: '/sign-in',
    name: 'sign-in',
    component: () => import('./session/SignInPage.vue'),
    meta: { open: true, title: 'sign_in.title' },
  },
  {
    path: '/',
    name: 'home',
    component: () => import('./shell/NoProject.vue'),
    meta: { title: 'home.title' },
  },
  { path: PROJECT, redirect: (to) => ({ name: 'calls', params: to.params }) },
  {
    path: `${PROJECT}/calls`,
    name: 'calls',
    component: () => import('./calls/CallsPage.vue'),
    meta: { title: 'calls.title' },
  },
  ...section('prompts', [
    ['prompts', 'prompts', () => import('./prompts/PromptsPage.vue')],
    ['prompt-new', 'prompts/new', () => import('./prompts/NewPromptPage.vue')],
    ['prompt', 'prompts/:prompt_id', () => import('./prompts/PromptPage.vue')],
  ]),
  ...section('sources', [
    ['sources', 'sources', () => import('./sources/SourcesPage.vue')],
    ['source', 'sources/:vector_store_id', () => import('./sources/SourcePage.vue')],
  ]),
  ...section('datasets', [
    ['datasets', 'datasets', () => import('./datasets/DatasetsPage.vue')],
    ['dataset', 'datasets/:dataset_id', () => import('./datasets/DatasetPage.vue')],
  ]),
  ...section('evals', [
    ['evals', 'evals', () => import('./evals/EvalsPage.vue')],
    ['eval-new', 'evals/new', () => import('./evals/NewEvalPage.vue')],
    ['eval', 'evals/:eval_id', () => import('./evals/EvalPage.vue')],
    ['eval-run', 'evals/:eval_id/runs/:run_id', () => import('./evals/EvalRunPage.vue')],
    ['eval-compare', 'evals/:eval_id/compare', () => import('./evals/EvalComparePage.vue')],
  ]),
  ...section('exports', [
    ['exports', 'exports', () => import('./exports/ExportsPage.vue')],
    ['export-new', 'exports/new', () => import('./exports/NewExportPage.vue')],
    ['export', 'exports/:export_id', () => import('./exports/ExportPage.vue')],
  ]),
  ...section('audit', [['audit', 'audit', () => import('./audit/AuditPage.vue')]]),
  {
    path: `${PROJECT}/start`,
    name: 'start',
    component: () => import('./start/StartPage.vue'),
    meta: { title: 'start.title' },
  },
  {
    path: `${PROJECT}/keys`,
    name: 'keys',
    component: () => import('./keys/KeysPage.vue'),
    meta: { title: 'keys.title' },
  },
  {
    path: '/health',
    name: 'health',
    component: () => import('./health/HealthPage.vue'),
    meta: { title: 'health.title' },
  },
  {
    path: '/:rest(.*)*',
    name: 'not-found',
    component: () => import('./shell/NotFound.vue'),
    meta: { title: 'not_found.title' },
  },
];

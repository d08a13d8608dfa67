import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router';
import { getOnboarding } from '../../contract/onboarding.ts';
import { toApiError, type ApiError } from './client/api-error.ts';
import { call, onSignedOut } from './client/call.ts';
import { forgetMe, loadMe } from './session/session.ts';
import { lastProject } from './settings/settings.ts';
import { shallowRef } from 'vue';

/** Set where the page could not even find out who is signed in; App shows it instead of a page. */
export const startError = shallowRef<ApiError>();

declare module 'vue-router' {
  interface RouteMeta {
    /** Shown without the rail, and to anyone. */
    open?: boolean;
    /** Message key of the page's title. */
    title: string;
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
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
    {
      path: '/p/:project_id',
      redirect: (to) => ({ name: 'calls', params: to.params }),
    },
    {
      path: '/p/:project_id/start',
      name: 'start',
      component: () => import('./start/StartPage.vue'),
      meta: { title: 'start.title' },
    },
    {
      path: '/p/:project_id/calls',
      name: 'calls',
      component: () => import('./calls/CallsPage.vue'),
      meta: { title: 'calls.title' },
    },
    {
      path: '/p/:project_id/keys',
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
  ],
});

router.beforeEach(async (to) => {
  startError.value = undefined;
  fetchEarly(to);
  if (to.meta.open) return true;
  try {
    const me = await loadMe();
    if (!me) return toSignIn(to);
    if (to.name === 'home') return await findHome(me.projects);
    if (typeof to.params['project_id'] === 'string') lastProject.value = to.params['project_id'];
  } catch (thrown) {
    startError.value = toApiError(thrown);
  }
  return true;
});

onSignedOut(() => {
  forgetMe();
  const here = router.currentRoute.value;
  if (!here.meta.open && here.matched.length > 0) void router.replace(toSignIn(here));
});

/** Asks for the page's code while the guard still asks who is there; the router asks again and finds it. */
function fetchEarly(to: RouteLocationNormalized): void {
  const load: unknown = to.matched.at(-1)?.components?.['default'];
  if (typeof load === 'function') void Promise.resolve(load()).catch(() => {});
}

function toSignIn(from: RouteLocationNormalized) {
  return { name: 'sign-in', query: from.fullPath === '/' ? {} : { next: from.fullPath } };
}

/** The project one was in last, or the first; its start page until its first call has arrived. */
async function findHome(projects: { id: string }[]) {
  const project = projects.find(({ id }) => id === lastProject.value) ?? projects[0];
  if (!project) return true;
  const params = { project_id: project.id };
  const { first_call } = await call(getOnboarding, { params });
  return { name: first_call ? 'calls' : 'start', params };
}

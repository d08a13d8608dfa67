import { shallowRef } from 'vue';
import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router';
import { getOnboarding } from '../../contract/onboarding.ts';
import { toApiError, type ApiError } from './client/api-error.ts';
import { call, onSignedOut } from './client/call.ts';
import { loadSection } from './messages/locale.ts';
import { routes } from './routes.ts';
import { forgetMe, loadMe } from './session/session.ts';
import { lastProject } from './settings/settings.ts';

/** Set where the page could not even find out who is signed in; App shows it instead of a page. */
export const startError = shallowRef<ApiError>();

export const router = createRouter({ history: createWebHistory(), routes });

router.beforeEach(async (to) => {
  startError.value = undefined;
  fetchEarly(to);
  const words = to.meta.messages ? loadSection(to.meta.messages) : undefined;
  // Awaited below; until then somebody has to have seen it fail.
  words?.catch(() => {});
  if (to.meta.open) return true;
  try {
    const me = await loadMe();
    if (!me) return toSignIn(to);
    if (to.name === 'home') return await findHome(me.projects);
    if (typeof to.params['project_id'] === 'string') lastProject.value = to.params['project_id'];
    await words;
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

/** The pages one can go to from anywhere: the rail, the palette and the `g` keys show the same list. */
import { Activity, Inbox, KeyRound, ListTree, PlugZap } from '@lucide/vue';
import { computed, type Component } from 'vue';
import { useRoute, type RouteLocationRaw } from 'vue-router';
import { getHealth } from '../../../contract/health.ts';
import { listKeys } from '../../../contract/keys.ts';
import { currentMe, mayCall } from '../session/session.ts';
import { lastProject } from '../settings/settings.ts';

export type Place = { name: string; key: string; icon: Component; to: RouteLocationRaw };

/** The project of the URL, else the one a person was in last, else the first; undefined where there is none. */
export function useProject() {
  const route = useRoute();
  return computed(() => {
    const projects = currentMe.value?.projects ?? [];
    const id = route.params['project_id'] ?? lastProject.value;
    return projects.find((project) => project.id === id) ?? projects[0];
  });
}

export function usePlaces() {
  const project = useProject();
  return computed<Place[]>(() => {
    const params = { project_id: project.value?.id ?? '' };
    const ofProject: Place[] = project.value
      ? [
          { name: 'calls', key: 'c', icon: ListTree, to: { name: 'calls', params } },
          { name: 'start', key: 's', icon: PlugZap, to: { name: 'start', params } },
          ...(mayCall(listKeys)
            ? [{ name: 'keys', key: 'k', icon: KeyRound, to: { name: 'keys', params } }]
            : []),
        ]
      : [{ name: 'home', key: 'c', icon: Inbox, to: { name: 'home' } }];
    return [
      ...ofProject,
      ...(mayCall(getHealth) ? [{ name: 'health', key: 'h', icon: Activity, to: { name: 'health' } }] : []),
    ];
  });
}

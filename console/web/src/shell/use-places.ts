/** The pages one can go to from anywhere: the rail, the palette and the `g` keys show the same list. */
import {
  Activity,
  Database,
  FileOutput,
  FlaskConical,
  History,
  Inbox,
  KeyRound,
  LibraryBig,
  ListTree,
  MessageSquareText,
  PlugZap,
} from '@lucide/vue';
import { computed, type Component } from 'vue';
import { useRoute, type RouteLocationRaw } from 'vue-router';
import { listAudit } from '../../../contract/audit.ts';
import { getHealth } from '../../../contract/health.ts';
import { listKeys } from '../../../contract/keys.ts';
import type { Route } from '../../../contract/route.ts';
import { currentMe, mayCall } from '../session/session.ts';
import { lastProject } from '../settings/settings.ts';

export const PLACE_GROUPS = ['operate', 'build', 'manage'] as const;
type Group = (typeof PLACE_GROUPS)[number];

type Spot = {
  /** Of its route, and of its title below `places.` */
  name: string;
  /** Second of two keys, after `g`. */
  key: string;
  group: Group;
  icon: Component;
  /** Left out for a role that may not call this. */
  needs?: Route;
  /** Of the installation rather than of a project. */
  global?: true;
};

export const SPOTS: readonly Spot[] = [
  { name: 'calls', key: 'c', group: 'operate', icon: ListTree },
  { name: 'health', key: 'h', group: 'operate', icon: Activity, needs: getHealth, global: true },
  { name: 'prompts', key: 'p', group: 'build', icon: MessageSquareText },
  { name: 'sources', key: 'o', group: 'build', icon: LibraryBig },
  { name: 'datasets', key: 'd', group: 'build', icon: Database },
  { name: 'evals', key: 'e', group: 'build', icon: FlaskConical },
  { name: 'exports', key: 'x', group: 'build', icon: FileOutput },
  { name: 'start', key: 's', group: 'manage', icon: PlugZap },
  { name: 'keys', key: 'k', group: 'manage', icon: KeyRound, needs: listKeys },
  { name: 'audit', key: 'a', group: 'manage', icon: History, needs: listAudit },
];
const HOME: Spot = { name: 'home', key: 'c', group: 'operate', icon: Inbox, global: true };

export type Place = Pick<Spot, 'name' | 'key' | 'group' | 'icon'> & { title: string; to: RouteLocationRaw };

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
    const spots = project.value ? SPOTS : [HOME, ...SPOTS.filter((spot) => spot.global)];
    return spots
      .filter((spot) => !spot.needs || mayCall(spot.needs))
      .map(({ name, key, group, icon, global }) => ({
        name,
        key,
        group,
        icon,
        title: `places.${name}`,
        to: global ? { name } : { name, params },
      }));
  });
}

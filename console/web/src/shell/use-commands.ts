/** What the palette offers. */
import { FolderOpen, Keyboard, Languages, LogOut, SunMoon } from '@lucide/vue';
import { computed, type Component } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRouter } from 'vue-router';
import { LOCALE_NAMES, LOCALES, setLocale } from '../messages/locale.ts';
import { currentMe, endSession } from '../session/session.ts';
import { theme, THEMES } from '../settings/settings.ts';
import { usePlaces } from './use-places.ts';

export type Command = { id: string; group: string; label: string; icon: Component; run: () => void };

export function useCommands(options: { showSheet: () => void }) {
  const { t, locale } = useI18n();
  const router = useRouter();
  const places = usePlaces();

  return computed<Command[]>(() => [
    ...places.value.map((place) => ({
      id: `go-${place.name}`,
      group: t('palette.go'),
      label: t(place.title),
      icon: place.icon,
      run: () => void router.push(place.to),
    })),
    ...(currentMe.value?.projects ?? []).map((project) => ({
      id: `project-${project.id}`,
      group: t('palette.project'),
      label: project.name,
      icon: FolderOpen,
      run: () => void router.push({ name: 'calls', params: { project_id: project.id } }),
    })),
    ...THEMES.filter((one) => one !== theme.value).map((one) => ({
      id: `theme-${one}`,
      group: t('shell.theme'),
      label: t(`theme.${one}`),
      icon: SunMoon,
      run: () => void (theme.value = one),
    })),
    ...LOCALES.filter((one) => one !== locale.value).map((one) => ({
      id: `locale-${one}`,
      group: t('shell.language'),
      label: LOCALE_NAMES[one],
      icon: Languages,
      run: () => void setLocale(one, { remember: true }),
    })),
    {
      id: 'sheet',
      group: t('palette.more'),
      label: t('sheet.title'),
      icon: Keyboard,
      run: options.showSheet,
    },
    {
      id: 'sign-out',
      group: t('palette.more'),
      label: t('shell.sign_out'),
      icon: LogOut,
      run: () => void endSession().then(() => router.push({ name: 'sign-in' })),
    },
  ]);
}

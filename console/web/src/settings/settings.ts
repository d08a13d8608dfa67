/** What a person prefers in this browser. Only preferences live here; what a page shows is in its URL. */
import { ref, watch, type Ref } from 'vue';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage switched off: the setting lasts as long as the page
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // as above
  }
}

function setting<T>(
  key: string,
  parse: (text: string | null) => T,
  format: (value: T) => string | null,
): Ref<T> {
  const value = ref(parse(read(key))) as Ref<T>;
  watch(value, (now) => write(key, format(now)));
  return value;
}

/** Rail folded to icons; narrow screens start that way. */
export const railFolded = setting(
  'sekisho.rail',
  (text) => (text === null ? innerWidth < 1440 : text === 'folded'),
  (folded) => (folded ? 'folded' : 'open'),
);

/** Width of the peek panel, in percent of the window. */
export const peekWidth = setting(
  'sekisho.peek',
  (text) => Math.min(80, Math.max(35, Number(text) || 50)),
  String,
);

/** Whether single keys without a modifier do anything (WCAG 2.1.4). */
export const bareKeys = setting(
  'sekisho.keys',
  (text) => text !== 'off',
  (on) => (on ? null : 'off'),
);

/** The project a person was in last. */
export const lastProject = setting(
  'sekisho.project',
  (text) => text ?? '',
  (id) => id || null,
);

/** public/first-paint.js reads the same key. */
export const theme = setting<Theme>(
  'sekisho.theme',
  (text) => (text === 'light' || text === 'dark' ? text : 'system'),
  (value) => (value === 'system' ? null : value),
);

const prefersDark = matchMedia('(prefers-color-scheme: dark)');

function applyTheme(): void {
  const dark = theme.value === 'system' ? prefersDark.matches : theme.value === 'dark';
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
}

watch(theme, applyTheme, { flush: 'sync' });
prefersDark.addEventListener('change', applyTheme);

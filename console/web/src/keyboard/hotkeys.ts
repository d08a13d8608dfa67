/**
 * The one registry of keys. A component registers its keys for as long as it lives; of two with the same key the
 * later one wins. Keys are ignored while someone types or composes, and while a dialog or menu is open.
 */
import { onScopeDispose, shallowReactive } from 'vue';
import { bareKeys } from '../settings/settings.ts';

export const HOTKEY_GROUPS = ['everywhere', 'page', 'list', 'peek'] as const;

export type Hotkey = {
  /** `j`, `ArrowDown`, `mod+k` (⌘ or Ctrl), or two in a row: `g c`. Several = the same action. */
  keys: readonly string[];
  group: (typeof HOTKEY_GROUPS)[number];
  /** Message key; one action has one, however many places offer it. */
  label: string;
  run: () => void;
  /** Not offered while this is false. */
  when?: () => boolean;
};

const SEQUENCE_MS = 1200;
const registered = shallowReactive<Hotkey[]>([]);
let prefix = '';
let prefixEnds = 0;

/** Registers keys for the life of the calling component. */
export function useHotkeys(hotkeys: Hotkey[]): void {
  registered.push(...hotkeys);
  onScopeDispose(() => {
    for (const hotkey of hotkeys) registered.splice(registered.indexOf(hotkey), 1);
  });
}

/** What can be pressed here and now, for the shortcut sheet. */
export function listHotkeys(): readonly Hotkey[] {
  return registered;
}

/** Starts listening; once, by the app. */
export function listenForHotkeys(): void {
  window.addEventListener('keydown', onKeydown);
}

function onKeydown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
  const name = nameOf(event);
  if (!name || isElsewhere(event, name)) return;
  const sequence = prefix && Date.now() < prefixEnds ? `${prefix} ${name}` : name;
  prefix = '';
  const hotkey = findHotkey(sequence) ?? findHotkey(name);
  if (hotkey) {
    event.preventDefault();
    hotkey.run();
  } else if (registered.some((one) => one.keys.some((keys) => keys.startsWith(`${name} `)))) {
    prefix = name;
    prefixEnds = Date.now() + SEQUENCE_MS;
  }
}

function nameOf(event: KeyboardEvent): string | undefined {
  const mod = event.metaKey || event.ctrlKey;
  if (event.altKey || (mod && event.shiftKey)) return undefined;
  if (mod) return `mod+${event.key.toLowerCase()}`;
  return event.key;
}

function findHotkey(keys: string): Hotkey | undefined {
  return registered.findLast((one) => one.keys.includes(keys) && (one.when?.() ?? true));
}

/** Whether the key belongs to what has the focus rather than to the page. */
function isElsewhere(event: KeyboardEvent, name: string): boolean {
  if (document.querySelector('dialog[open], [role="menu"], [role="dialog"], [role="listbox"]')) return true;
  if (name.startsWith('mod+')) return false;
  if (!bareKeys.value && name.length === 1) return true;
  const target = event.target as Element | null;
  if (
    target?.closest(
      'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable="true"]',
    )
  ) {
    return true;
  }
  if (name === 'Enter' || name === ' ')
    return Boolean(target?.closest('button, a, summary, input, [role="tab"]'));
  return name.startsWith('Arrow') && Boolean(target?.closest('[role="tab"], [role="separator"], input, pre'));
}

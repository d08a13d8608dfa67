/** The draft of a prompt: kept in this browser while it differs from the version it was begun from. */
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import type { PromptContent, PromptObject, PromptVersion } from '../../../contract/prompts.ts';
import { isSameContent, parseDraft, toContent, type Draft } from './draft.ts';

const SAVE_MS = 400;

function createStore(key: string) {
  return {
    read: (): string | null => {
      try {
        return localStorage.getItem(key);
      } catch {
        return null; // storage switched off: the draft lasts as long as the page
      }
    },
    /** Whether it is kept now. */
    write: (draft: Draft | undefined): boolean => {
      try {
        if (draft) localStorage.setItem(key, JSON.stringify(draft));
        else localStorage.removeItem(key);
        return true;
      } catch {
        return false;
      }
    },
  };
}

export type DraftState = ReturnType<typeof useDraft>;

/** `prompt` and `newest` as they are now; `readVersion` gets an older one. */
export function useDraft(options: {
  prompt: () => PromptObject;
  newest: () => PromptVersion;
  readVersion: (version: number) => Promise<PromptVersion>;
}) {
  const { prompt, newest, readVersion } = options;
  const store = createStore(`sekisho.draft.${prompt().id}`);
  const stored = parseDraft(store.read());
  const content = ref<PromptContent>(stored?.content ?? toContent(newest()));
  const base = ref(stored?.base ?? newest().version);
  const revision = ref(stored?.revision ?? prompt().revision);
  const baseContent = shallowRef<PromptContent>();
  const kept = ref(true);

  /** While the base is still being read, what was stored counts as different from it. */
  const dirty = computed(() =>
    baseContent.value ? !isSameContent(content.value, baseContent.value) : stored !== undefined,
  );
  /** The prompt has changed since its author last looked. */
  const behind = computed(() => dirty.value && prompt().revision > revision.value);

  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const draft = { content: content.value, base: base.value, revision: revision.value };
    kept.value = store.write(dirty.value ? draft : undefined);
  };
  const saveSoon = (): void => {
    timer ??= setTimeout(save, SAVE_MS);
  };
  const saveNow = (): void => {
    if (timer !== undefined) save();
  };

  /** Writes on from what `version` says; where that is an older one, the draft differs from the newest. */
  function startFrom(version: PromptVersion): void {
    content.value = toContent(version);
    base.value = newest().version;
    baseContent.value = toContent(newest());
    revision.value = prompt().revision;
    saveSoon();
  }

  /** Its author has seen what the prompt is now. */
  function catchUp(): void {
    revision.value = prompt().revision;
    base.value = newest().version;
    baseContent.value = toContent(newest());
    saveSoon();
  }

  async function readBase(): Promise<void> {
    const version = base.value === newest().version ? newest() : await readVersion(base.value);
    if (version.version === base.value) baseContent.value = toContent(version);
  }

  void readBase().catch(() => (baseContent.value = toContent(newest())));
  watch(content, saveSoon, { deep: true });
  // Nothing written here yet: what somebody else publishes is what one goes on from.
  watch([() => prompt().revision, () => newest().version], () => {
    if (!dirty.value) startFrom(newest());
  });
  addEventListener('pagehide', saveNow);
  onScopeDispose(() => {
    removeEventListener('pagehide', saveNow);
    saveNow();
  });
  return { content, base, revision, dirty, behind, kept, startFrom, catchUp };
}

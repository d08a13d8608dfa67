/** A prompt, its newest version, and the way to any other. */
import { useQuery, useQueryCache } from '@pinia/colada';
import { computed, nextTick, type Ref } from 'vue';
import { getPrompt, getPromptVersion } from '../../../contract/prompts.ts';
import { toApiError } from '../client/api-error.ts';
import { call } from '../client/call.ts';

export function usePrompt(projectId: Ref<string>, promptId: Ref<string>) {
  const params = () => ({ project_id: projectId.value, prompt_id: promptId.value });
  const readVersion = (version: number, signal?: AbortSignal) =>
    call(getPromptVersion, {
      params: { ...params(), version: String(version) },
      ...(signal && { signal }),
    });
  // One question for both: they never stand beside each other from different moments.
  const both = useQuery({
    key: () => ['prompt', projectId.value, promptId.value],
    query: async ({ signal }) => {
      const prompt = await call(getPrompt, { params: params(), signal });
      return { prompt, newest: await readVersion(prompt.latest_version, signal) };
    },
  });
  const cache = useQueryCache();
  const error = computed(() =>
    both.state.value.status === 'error' ? toApiError(both.state.value.error) : undefined,
  );

  /** Asks again for all that is known of the prompt; resolves when the page has it. */
  async function refresh(): Promise<void> {
    await both.refetch();
    await cache.invalidateQueries({ key: ['prompt-version', projectId.value, promptId.value] });
    await nextTick();
  }

  return {
    prompt: computed(() => both.data.value?.prompt),
    newest: computed(() => both.data.value?.newest),
    error,
    readVersion,
    refresh,
  };
}

/** One version of a prompt; nothing while `version` is 0. */
export function usePromptVersion(of: () => { projectId: string; promptId: string; version: number }) {
  const query = useQuery({
    key: () => ['prompt-version', of().projectId, of().promptId, of().version],
    enabled: () => of().version > 0,
    query: ({ signal }) => {
      const { projectId, promptId, version } = of();
      const params = { project_id: projectId, prompt_id: promptId, version: String(version) };
      return call(getPromptVersion, { params, signal });
    },
  });
  return {
    version: computed(() => (of().version > 0 ? query.data.value : undefined)),
    error: computed(() =>
      query.state.value.status === 'error' ? toApiError(query.state.value.error) : undefined,
    ),
    refetch: query.refetch,
  };
}

/** A prompt, its newest version, and the way to any other. */
import { useQuery, useQueryCache } from '@pinia/colada';
import { computed, type Ref } from 'vue';
import { getPrompt, getPromptVersion } from '../../../contract/prompts.ts';
import { toApiError } from '../client/api-error.ts';
import { call } from '../client/call.ts';

export function usePrompt(projectId: Ref<string>, promptId: Ref<string>) {
  const params = () => ({ project_id: projectId.value, prompt_id: promptId.value });
  const cache = useQueryCache();
  const prompt = useQuery({
    key: () => ['prompt', projectId.value, promptId.value],
    query: ({ signal }) => call(getPrompt, { params: params(), signal }),
  });
  const latest = computed(() => prompt.data.value?.latest_version ?? 0);
  const newest = useQuery({
    key: () => ['prompt-version', projectId.value, promptId.value, latest.value],
    enabled: () => latest.value > 0,
    query: ({ signal }) =>
      call(getPromptVersion, { params: { ...params(), version: String(latest.value) }, signal }),
  });
  const error = computed(() => {
    const failed = [prompt, newest].find(({ state }) => state.value.status === 'error');
    return failed ? toApiError(failed.state.value.error) : undefined;
  });

  const readVersion = (version: number) =>
    call(getPromptVersion, { params: { ...params(), version: String(version) } });

  /** Asks again for all that is known of the prompt; resolves when it is there. */
  async function refresh(): Promise<void> {
    await prompt.refetch();
    await cache.invalidateQueries({ key: ['prompt-version', projectId.value, promptId.value] });
  }

  return { prompt: prompt.data, newest: newest.data, error, readVersion, refresh };
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

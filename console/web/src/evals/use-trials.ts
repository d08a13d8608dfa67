/** Criteria tried on one item, each by itself, so that one that fails leaves the others their word. */
import { shallowRef, type Ref } from 'vue';
import { runGrader } from '../../../contract/evals.ts';
import { isAbort, toApiError, type ApiError } from '../client/api-error.ts';
import { call } from '../client/call.ts';
import type { Criterion } from './criteria.ts';
import type { Item } from './placeholders.ts';
import { toTrialResult, type TrialResult } from './trial-result.ts';

export type Trial =
  | { state: 'loading' }
  | { state: 'done'; result: TrialResult }
  | { state: 'error'; error: ApiError };

export function useTrials(projectId: Ref<string>) {
  const trials = shallowRef<ReadonlyMap<string, Trial>>(new Map());
  let running: AbortController | undefined;

  const put = (name: string, trial: Trial): void => {
    trials.value = new Map(trials.value).set(name, trial);
  };

  async function tryOne(
    criterion: Criterion,
    item: Item,
    answer: string,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const params = { project_id: projectId.value };
      const body = { grader: criterion, model_sample: answer, item };
      const said = await call(runGrader, { params, body, signal });
      put(criterion.name, { state: 'done', result: toTrialResult(said, criterion) });
    } catch (thrown) {
      if (!isAbort(thrown)) put(criterion.name, { state: 'error', error: toApiError(thrown) });
    }
  }

  /** Resolves when all have said their word. */
  async function run(criteria: readonly Criterion[], item: Item, answer: string): Promise<void> {
    running?.abort();
    const { signal } = (running = new AbortController());
    trials.value = new Map(criteria.map(({ name }) => [name, { state: 'loading' }]));
    await Promise.all(criteria.map((one) => tryOne(one, item, answer, signal)));
  }

  function clear(): void {
    running?.abort();
    trials.value = new Map();
  }
  return { trials, run, clear };
}

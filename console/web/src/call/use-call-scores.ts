/** What was said of one call, and saying something of it. */
import { useQuery } from '@pinia/colada';
import { computed, ref, shallowRef, watch, type Ref } from 'vue';
import { createFeedback, listCallScores } from '../../../contract/feedback.ts';
import { toApiError, type ApiError } from '../client/api-error.ts';
import { call, type CallArgs } from '../client/call.ts';
import { currentMe, mayCall } from '../session/session.ts';
import { findMine, mergeScores, type Said } from './scores.ts';

type Body = CallArgs<typeof createFeedback>['body'];
export type Opinion = Pick<Body, 'thumb' | 'comment' | 'correction' | 'label' | 'score'>;
export type CallScores = ReturnType<typeof useCallScores>;

export function useCallScores(projectId: Ref<string>, callId: Ref<string>) {
  const ids = computed(() => {
    const [trace_id = '', span_id = ''] = callId.value.split('.');
    return { trace_id, span_id };
  });
  const known = useQuery({
    key: () => ['scores', projectId.value, callId.value],
    query: ({ signal }) =>
      call(listCallScores, { params: { project_id: projectId.value, ...ids.value }, signal }),
    staleTime: 0,
  });
  /** Said here; it takes a moment until the server has stored it. */
  const fresh = shallowRef<Said[]>([]);
  const busy = ref(false);
  const error = shallowRef<ApiError>();
  watch(callId, () => {
    fresh.value = [];
    error.value = undefined;
  });

  const scores = computed(() => mergeScores(known.data.value?.scores ?? [], fresh.value));
  const mine = computed(() => findMine(scores.value, currentMe.value?.account_id ?? ''));

  /** False where it failed; `error` has the reason. */
  async function say(opinion: Opinion): Promise<boolean> {
    const of = callId.value;
    busy.value = true;
    error.value = undefined;
    try {
      const params = { project_id: projectId.value };
      const answer = await call(createFeedback, { params, body: { ...ids.value, ...opinion } });
      const author_name = currentMe.value?.name ?? '';
      const said = answer.scores.map((score) => ({ ...score, author_name }));
      if (of === callId.value) fresh.value = [...fresh.value, ...said];
      return true;
    } catch (thrown) {
      if (of === callId.value) error.value = toApiError(thrown);
      return false;
    } finally {
      busy.value = false;
    }
  }

  let turn = Promise.resolve();
  /** Gives a thumb, or takes the same one back; one after the other, and not before it is known what was said. */
  function toggleThumb(thumb: 'up' | 'down'): void {
    const of = callId.value;
    turn = turn.then(async () => {
      if (!known.data.value) await known.refresh();
      if (of === callId.value) await say({ thumb: mine.value.thumb === thumb ? null : thumb });
    });
  }

  return {
    scores,
    mine,
    busy,
    error,
    say,
    toggleThumb,
    known,
    loaded: computed(() => known.data.value !== undefined),
    maySay: computed(() => mayCall(createFeedback)),
  };
}

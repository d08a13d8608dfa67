/** Tries prompts on cases: one cell for each column and case, so many at once, each answer as it comes. */
import { computed, onScopeDispose, ref, shallowReactive } from 'vue';
import { tryPrompt, type PromptContent } from '../../../contract/prompts.ts';
import { isAbort, toApiError } from '../client/api-error.ts';
import { streamEvents } from '../client/stream.ts';
import { addChunk, AnswerError, NO_ANSWER, type Answer } from './answer.ts';
import { toVariables, type Case } from './cases.ts';
import { toContent, variablesOf } from './draft.ts';
import { createRunQueue } from './run-queue.ts';

/** What is tried: the draft (`version` 0) or a version. */
export type RunColumn = { version: number; content: PromptContent };

export type RunCell = {
  state: 'waiting' | 'running' | 'done' | 'failed' | 'stopped';
  answer: Answer;
  /** From sending to the end, or to now. */
  ms: number;
  trace_id: string;
  /** Why it failed, in the server's words; '' otherwise. */
  problem: string;
  /** What was asked: another text means that the answer is of something else by now. */
  asked: string;
};

const AT_ONCE = 4;
/** An answer is drawn so often at most while it comes. */
const DRAW_MS = 60;

export const cellKey = (one: Case, column: RunColumn): string => `${one.id} ${column.version}`;

/** What is sent for a cell, as text; two cells with the same text ask the same. */
export function toAsked(one: Case, { content }: RunColumn): string {
  return JSON.stringify([toContent(content), toVariables(one, variablesOf(content))]);
}

export function useRuns(options: { projectId: () => string; promptId: () => string }) {
  const cells = shallowReactive(new Map<string, RunCell>());
  const total = ref(0);
  const finished = ref(0);
  const running = computed(() => total.value > finished.value);
  /** Grows with every stop: what was stopped no longer counts. */
  let round = 0;
  const queue = createRunQueue({ atOnce: AT_ONCE, onIdle: () => void (total.value = finished.value) });

  function run(cases: readonly Case[], columns: readonly RunColumn[]): void {
    if (!running.value) total.value = finished.value = 0;
    const jobs = cases.flatMap((one) =>
      columns
        .filter((column) => !isUnderWay(cells.get(cellKey(one, column))))
        .map((column) => {
          const key = cellKey(one, column);
          const cell = startCell(toAsked(one, column));
          cells.set(key, cell);
          const body = toBody(one, column, options.promptId());
          const mine = round;
          return async (signal: AbortSignal) => {
            await ask({ projectId: options.projectId(), body, cell, signal }, (now) => cells.set(key, now));
            if (mine === round) finished.value++;
          };
        }),
    );
    total.value += jobs.length;
    queue.add(jobs);
  }

  function stop(): void {
    round++;
    queue.stop();
    for (const [key, cell] of cells) if (isUnderWay(cell)) cells.set(key, { ...cell, state: 'stopped' });
    total.value = finished.value;
  }

  onScopeDispose(stop);
  return { cells, total, finished, running, run, stop };
}

export type RunsState = ReturnType<typeof useRuns>;

const isUnderWay = (cell: RunCell | undefined): boolean =>
  cell?.state === 'waiting' || cell?.state === 'running';

function startCell(asked: string): RunCell {
  return { state: 'waiting', answer: NO_ANSWER, ms: -1, trace_id: '', problem: '', asked };
}

function toBody(one: Case, { content, version }: RunColumn, promptId: string) {
  return {
    ...toContent(content),
    variables: toVariables(one, variablesOf(content)),
    ...(version ? { prompt: { id: promptId, version } } : {}),
  };
}

type Asking = {
  projectId: string;
  body: ReturnType<typeof toBody>;
  cell: RunCell;
  signal: AbortSignal;
};

/** Asks for one cell; `show` gets it again and again, the last time with how it ended. Never rejects. */
async function ask({ projectId, body, cell, signal }: Asking, show: (cell: RunCell) => void): Promise<void> {
  const started = performance.now();
  let now: RunCell = { ...cell, state: 'running', ms: 0 };
  let drawn = 0;
  show(now);
  try {
    await streamEvents(
      tryPrompt,
      { params: { project_id: projectId }, body, signal },
      {
        open: (headers) => (now = { ...now, trace_id: headers.get('x-sekisho-trace-id') ?? '' }),
        data: (text) => {
          const ms = performance.now() - started;
          now = { ...now, answer: addChunk(now.answer, text), ms };
          if (ms - drawn < DRAW_MS) return;
          drawn = ms;
          show(now);
        },
      },
    );
    now = { ...now, state: 'done' };
  } catch (thrown) {
    if (isAbort(thrown)) now = { ...now, state: 'stopped' };
    else {
      const problem = thrown instanceof AnswerError ? thrown.message : toApiError(thrown).message;
      now = { ...now, state: 'failed', problem };
    }
  }
  show({ ...now, ms: performance.now() - started });
}

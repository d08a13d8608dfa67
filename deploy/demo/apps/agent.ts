/** A coding agent: it reads, edits and tests through tools over several turns, by chat or by responses. */
import type OpenAI from 'openai';
import type { ResponseInputItem } from 'openai/resources/responses/responses';
import type { Caller, Planner } from '../visit.ts';

type Step = { tool: string; result: string };
type Task = { prompt: string; steps: readonly Step[] };

const TASKS: readonly [Task, ...Task[]] = [
  {
    prompt: 'The cart total in `src/cart.ts` is wrong for discounts. Start with read_file.',
    steps: [
      {
        tool: 'read_file',
        result:
          'export const total = (items: Item[]) =>\n  items.reduce((sum, item) => sum + item.price, 0);\n\nThe discount is missing: apply_patch to `src/cart.ts`.',
      },
      { tool: 'apply_patch', result: 'Patched 1 file. Now run_tests for `test/cart.test.ts`.' },
      { tool: 'run_tests', result: '14 passed, 0 failed' },
    ],
  },
  {
    prompt: 'Why does the login test fail? Begin with run_tests on `test/login.test.ts`.',
    steps: [
      {
        tool: 'run_tests',
        result: 'FAIL test/login.test.ts: expected 401, got 500. Look with read_file at `src/login.ts`.',
      },
      { tool: 'read_file', result: 'if (!user) throw new Error("no user"); // becomes a 500' },
    ],
  },
  {
    prompt: '`src/date.ts` の和暦変換に不具合があります。まず read_file で内容を確認してください。',
    steps: [
      {
        tool: 'read_file',
        result: '// 令和元年の判定が5月1日より前になっている。apply_patch で `src/date.ts` を直すこと。',
      },
      { tool: 'apply_patch', result: '1 ファイルを変更しました。' },
    ],
  },
];

const TOOLS = [
  {
    name: 'read_file',
    description: 'Reads a file of the repository.',
    parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
  },
  {
    name: 'apply_patch',
    description: 'Applies a unified diff to a file.',
    parameters: {
      type: 'object',
      properties: { path: { type: 'string' }, diff: { type: 'string' } },
      required: ['path', 'diff'],
    },
  },
  {
    name: 'run_tests',
    description: 'Runs the tests of a path.',
    parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
  },
];

const SYSTEM =
  'You are a careful coding agent. Use the tools, one step at a time, and say when you are done.';

/** The result of the tool the model called; a call out of order gets a result that ends the task. */
function toResult(task: Task, turn: number, name: string): string {
  const step = task.steps[turn];
  return step?.tool === name ? step.result : 'Nothing to do.';
}

async function runByChat({ client, call, visitor }: Caller, task: Task): Promise<void> {
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'system', content: SYSTEM },
    { role: 'user', content: task.prompt },
  ];
  for (let turn = 0; turn <= task.steps.length; turn++) {
    const completion = await call((options) =>
      client.chat.completions.create(
        {
          model: visitor.large,
          messages: [...messages],
          tools: TOOLS.map((tool) => ({ type: 'function' as const, function: tool })),
          user: visitor.user,
          metadata: { app: 'coding-agent', step: String(turn + 1) },
          max_completion_tokens: 400,
        },
        options,
      ),
    );
    const message = completion?.choices[0]?.message;
    const calls = message?.tool_calls?.filter((item) => item.type === 'function') ?? [];
    if (message === undefined || calls.length === 0) return;
    messages.push(message);
    for (const { id, function: fn } of calls) {
      messages.push({ role: 'tool', tool_call_id: id, content: toResult(task, turn, fn.name) });
    }
  }
}

async function runByResponses({ client, call, visitor }: Caller, task: Task): Promise<void> {
  const input: ResponseInputItem[] = [{ role: 'user', content: task.prompt }];
  for (let turn = 0; turn <= task.steps.length; turn++) {
    const response = await call(async (options) => {
      const stream = client.responses.stream(
        {
          model: visitor.large,
          instructions: SYSTEM,
          input: [...input],
          tools: TOOLS.map((tool) => ({ type: 'function' as const, strict: false, ...tool })),
          prompt_cache_key: visitor.session,
          safety_identifier: visitor.user,
          metadata: { app: 'coding-agent', step: String(turn + 1) },
          max_output_tokens: 400,
        },
        options,
      );
      return stream.finalResponse();
    });
    const calls = response?.output.filter((item) => item.type === 'function_call') ?? [];
    if (calls.length === 0) return;
    for (const { id, call_id, name, arguments: given } of calls) {
      input.push({ type: 'function_call', ...(id && { id }), call_id, name, arguments: given });
      input.push({ type: 'function_call_output', call_id, output: toResult(task, turn, name) });
    }
  }
}

/** One task for the coding agent. */
export const planAgent: Planner = (random) => {
  const task = random.pick(TASKS);
  const byChat = random.chance(0.5);
  return {
    app: 'coding-agent',
    calls: task.steps.length + 1,
    tags: ['agent', byChat ? 'chat' : 'responses'],
    run: (caller) => (byChat ? runByChat(caller, task) : runByResponses(caller, task)),
  };
};

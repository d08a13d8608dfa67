/** Calls that go wrong, on the demo upstream's own model names: nobody else answers to these. */
import { drain, type Planner } from '../visit.ts';

const MODELS = ['demo-error-500', 'demo-rate-limit', 'demo-context-length', 'demo-cut', 'demo-slow'] as const;

/** One call that fails, breaks off, or takes its time. */
export const planTrouble: Planner = (random) => {
  const model = random.pick(MODELS);
  const streams = model === 'demo-cut' || random.chance(0.5);
  return {
    app: 'nightly-report',
    calls: 1,
    tags: ['batch', 'trouble'],
    async run({ client, call, visitor }) {
      const body = {
        model,
        messages: [
          { role: 'user' as const, content: 'Write the report of yesterday: 412 orders, 9 returns.' },
        ],
        user: visitor.user,
        metadata: { app: 'nightly-report' },
      };
      await call(async (options) => {
        if (!streams) return client.chat.completions.create(body, options);
        return drain(await client.chat.completions.create({ ...body, stream: true }, options));
      });
    },
  };
};

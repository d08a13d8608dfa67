import { EventEmitter, once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import type { RegistryEntry } from '../../../collector/registry/view.ts';
import { createRegistryView } from '../../../collector/registry/view.ts';
import { AppError } from '../../../errors.ts';
import type { EvalsContext } from '../../../evals/context.ts';
import { createJobRunner, defineJob } from '../../../evals/jobs/runner.ts';

type Version = RegistryEntry<'dataset_version'>;

const source = { type: 'file', file_id: 'file-1', base_version: 0 } as const;
const entry = (id: string): Version => ({
  kind: 'dataset_version',
  id,
  project_id: 'proj_1',
  revision: 1,
  body: {
    dataset_id: 'ds_1',
    version: 1,
    source,
    build_id: '',
    status: 'queued',
    items: 0,
    problems: [],
    note: '',
  },
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  created_by: 'acct_1',
});

it('closes a job that meets the same again at each attempt, and goes on with the next', async () => {
  const errors: Record<string, Error> = {
    a: new AppError('body_too_large', 'Line 1 is longer than 64000000 bytes.'),
    b: new AppError('not_found', 'The content of this file is not on this machine.'),
    c: new RangeError('Maximum call stack size exceeded'),
  };
  const closed = new Map<string, unknown>();
  const events = new EventEmitter();
  const view = createRegistryView();
  view.load({ seq: 1, head: '', entries: ['a', 'b', 'c', 'd'].map(entry) });
  const context = {
    registry: view,
    writer: {
      revise: (of: Version, change: object) => {
        closed.set(of.id, change);
        view.load({
          seq: 1,
          head: '',
          entries: view.list('dataset_version').filter(({ id }) => id !== of.id),
        });
        return Promise.resolve(of);
      },
    },
    say: () => {},
  } as unknown as EvalsContext;
  const done = once(events, 'done');
  const job = defineJob({
    kind: 'dataset_version',
    concurrency: 1,
    isOpen: ({ status }) => status === 'queued',
    run(_context, { id }) {
      const error = errors[id];
      if (error) return Promise.reject(error);
      events.emit('done');
      return Promise.resolve();
    },
    toFailed: ({ message }) => ({ status: 'failed' as const, problems: [message] }),
  });
  const runner = createJobRunner(context, [job]);
  onTestFinished(() => runner.stop());
  runner.start();
  await done;
  expect([...closed.keys()]).toEqual(['a', 'b', 'c']);
  expect(closed.get('a')).toEqual({ status: 'failed', problems: ['Line 1 is longer than 64000000 bytes.'] });
});

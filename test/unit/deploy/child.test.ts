import { spawn } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { createChild, type Child } from '../../../deploy/supervisor/child.ts';
import { waitForDeath } from '../../kit/processes.ts';
import { waitUntil } from '../../kit/wait.ts';

const LIVES = `process.send({ ready: true, urls: {} }); process.on('message', () => process.exit(0));
  process.on('disconnect', () => process.exit(0));`;
const DEAF = `process.send({ ready: true, urls: {} }); setInterval(() => {}, 1000);
  process.on('disconnect', () => process.exit(0));`;

let child: Child | undefined;
afterEach(() => child?.kill());

/** A child whose every start runs the next of these scripts, the last one again and again. */
function makeChild(...scripts: string[]) {
  const starts: { pid: number; at: number }[] = [];
  child = createChild({ rooms: ['evals'], env: {} }, () => {
    const script = scripts[Math.min(starts.length, scripts.length - 1)] ?? '';
    const spawned = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    starts.push({ pid: spawned.pid ?? 0, at: Date.now() });
    return spawned;
  });
  return { child, starts };
}

describe('a watched process', () => {
  it('is ready when it says so, and ends when it is asked to', async () => {
    const { child: watched, starts } = makeChild(LIVES);
    await watched.start();
    await Promise.all([watched.stop(10_000), watched.stop(10_000)]);
    await waitForDeath(starts[0]?.pid ?? 0);
    expect(starts).toHaveLength(1);
  });

  it('is made to end when it does not listen', async () => {
    const { child: watched, starts } = makeChild(DEAF);
    await watched.start();
    await watched.stop(50);
    await waitForDeath(starts[0]?.pid ?? 0);
  });

  it('is started again with a growing pause while it dies', async () => {
    const { child: watched, starts } = makeChild(LIVES, 'process.exit(1)', 'process.exit(1)', LIVES);
    await watched.start();
    process.kill(starts[0]?.pid ?? 0, 'SIGKILL');
    await waitUntil('the fourth start', () => starts.length === 4);
    const pauses = starts.slice(1).map(({ at }, index) => at - (starts[index]?.at ?? 0));
    expect(pauses[1]).toBeGreaterThanOrEqual(400);
    expect(pauses[2]).toBeGreaterThanOrEqual(800);
    await watched.stop(10_000);
  });

  it('is not started again once it has been stopped', async () => {
    const { child: watched, starts } = makeChild(LIVES);
    await watched.start();
    process.kill(starts[0]?.pid ?? 0, 'SIGKILL');
    await watched.stop(1_000);
    await waitForDeath(starts[0]?.pid ?? 0);
    expect(starts).toHaveLength(1);
  });

  it('may fail at first, while a dying predecessor lets go', async () => {
    const { child: watched, starts } = makeChild('process.exit(1)', LIVES);
    await watched.start();
    expect(starts).toHaveLength(2);
    await watched.stop(10_000);
  });

  it('is given up at once when its settings are wrong', async () => {
    const { child: watched, starts } = makeChild('process.exit(2)');
    await expect(watched.start()).rejects.toThrow('evals did not start; see above.');
    expect(starts).toHaveLength(1);
  });
});

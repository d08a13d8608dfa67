/** `main.ts demo` as a process beside a booted Sekisho. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Booted, SECRET } from './boot.ts';

const MAIN = new URL('../../main.ts', import.meta.url).pathname;

export type DemoRun = { ended: Promise<number | null>; said(): string; interrupt(): void };

/** Starts the demo with `args`; it is killed when it takes longer than `ms`. */
export function startDemo(
  sekisho: Booted,
  args: string[],
  env: Record<string, string> = {},
  ms = 50_000,
): DemoRun {
  const child = spawn(process.execPath, [MAIN, 'demo', ...args], {
    cwd: sekisho.dataDir,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      SEKISHO_SECRET: SECRET,
      SEKISHO_DATA: sekisho.dataDir,
      SEKISHO_GATEWAY_URL: sekisho.origin,
      ...env,
    },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  const ended = once(child, 'close').then(([code]) => {
    clearTimeout(timer);
    return code as number | null;
  });
  return { ended, said: () => said, interrupt: () => void child.kill('SIGINT') };
}

/** Opens the port; waits a while for one that a dying predecessor still holds. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { say } from './log.ts';

const WAIT_MS = 8_000;
const STEP_MS = 200;

/** The port that was opened. @throws Error with a line for people */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  const deadline = Date.now() + WAIT_MS;
  for (let said = false; ; said = true) {
    try {
      server.listen(port, host);
      await once(server, 'listening');
      const address = server.address();
      return typeof address === 'object' && address ? address.port : port;
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!isTaken) throw error;
      if (Date.now() > deadline) {
        throw new Error(`Port ${port} is in use. Set CONSOLE_PORT to another, or to 0 for a free one.`, {
          cause: error,
        });
      }
      if (!said) say(`port ${port} is in use; waiting up to ${WAIT_MS / 1000} s for it`);
      await delay(STEP_MS);
    }
  }
}

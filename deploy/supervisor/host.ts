/** One process that holds one room or several: under the supervisor or alone, it is the same. */
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { findMissing, ROOMS, type Room, type RoomName } from '../../room.ts';
import { type ReadyMessage, SUPERVISED } from './child.ts';
import { say, StartError } from './say.ts';
import { onParentGone, onStopRequest } from './signals.ts';
import { waitForLock } from './wait.ts';

/** After its supervisor is gone a room has this long to flush; the next start waits longer. In milliseconds. */
const ORPHAN_MS = 5_000;

/** Starts the rooms, reports them, and resolves to the exit code once they have been stopped. */
export async function hostRooms(
  names: readonly RoomName[],
  config: Config,
  args: readonly string[],
): Promise<number> {
  const missing = findMissing(names, config);
  if (missing.length > 0) {
    throw new StartError(`${names.join('+')} by itself needs ${missing.join(', ')}; see .env.example.`);
  }
  // Held until the process ends, and let go by the system.
  for (const name of names) await takeRoom(config.SEKISHO_DATA, name);
  const rooms = new Map<RoomName, Room>();
  const stopped = waitForStop(names, () => stopRooms(names, rooms));
  try {
    // Side by side: a room that waits for something outside must not keep the others from serving.
    const starting = names.map(async (name) => rooms.set(name, await startRoom(name, config)));
    const started = Promise.all(starting).then(() => report(rooms, args));
    await Promise.race([started, stopped]);
  } catch (error) {
    await stopRooms(names, rooms);
    throw error;
  }
  await stopped;
  return 0;
}

function report(rooms: ReadonlyMap<RoomName, Room>, args: readonly string[]): void {
  const urls = Object.fromEntries([...rooms].map(([name, room]) => [name, room.url]));
  if (args.includes(SUPERVISED)) process.send?.({ ready: true, urls } satisfies ReadyMessage);
  else for (const [name, url] of Object.entries(urls)) say(`${name} is ready on ${url}`);
}

/** A plain Error of a start (a port, a folder, a missing file) is a line for people; any other kind is a bug. */
async function startRoom(name: RoomName, config: Config): Promise<Room> {
  try {
    return await ROOMS[name].start(config);
  } catch (error) {
    if (!(error instanceof Error) || error.constructor !== Error) throw error;
    throw new StartError(`${name} could not start: ${error.message}`);
  }
}

async function takeRoom(folder: string, name: RoomName): Promise<void> {
  if (await waitForLock(join(folder, 'locks', name), `the ${name} room of ${folder}`)) return;
  throw new StartError(
    `A ${name} already runs on ${folder}. Stop it, or set SEKISHO_DATA to another folder.`,
  );
}

/** Resolves once `stop` has been called for and is done. */
function waitForStop(names: readonly RoomName[], stop: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => void stop().then(resolve, reject);
    process.on('message', (message: { stop?: boolean }) => {
      if (message.stop) end();
    });
    onParentGone(() => {
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), ORPHAN_MS);
      end();
    });
    // The engine dies of a signal at once and safely; a handler of ours could hang in its threads.
    if (!names.includes('clickhouse')) onStopRequest({ first: end, again: () => process.exit(1) });
  });
}

/** Source first: the other way round than they are named. One that is still starting has nothing to flush. */
async function stopRooms(names: readonly RoomName[], rooms: ReadonlyMap<RoomName, Room>): Promise<void> {
  for (const name of names.toReversed()) await rooms.get(name)?.stop();
}

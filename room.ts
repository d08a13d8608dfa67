/** The rooms a process can hold, and how each is started. A room is loaded only by the process that holds it. */
import type { Config } from './config.ts';

/** A running room. `stop` flushes, may be called twice, and never throws for having been called early. */
export type Room = { url: string; stop(): Promise<void> };

type Setting = 'SEKISHO_SECRET' | 'CLICKHOUSE_URL' | `SEKISHO_${'GATEWAY' | 'COLLECTOR' | 'CONSOLE'}_URL`;
type RoomEntry = {
  /** Settings without which the room cannot work; `main.ts all` gives them, a room alone is given them by a person. */
  readonly needs: readonly Setting[];
  start(config: Config): Promise<Room>;
};

export const ROOMS = {
  clickhouse: {
    needs: ['SEKISHO_SECRET'],
    start: async (config) => (await import('./collector/store/start.ts')).startEngine(config),
  },
  collector: {
    needs: ['SEKISHO_SECRET', 'CLICKHOUSE_URL'],
    start: async (config) => (await import('./collector/start.ts')).startCollector(config),
  },
  console: {
    needs: ['SEKISHO_SECRET', 'CLICKHOUSE_URL', 'SEKISHO_GATEWAY_URL'],
    start: async (config) => (await import('./console/api/start.ts')).startConsole(config),
  },
  evals: {
    needs: ['SEKISHO_SECRET', 'CLICKHOUSE_URL', 'SEKISHO_CONSOLE_URL', 'SEKISHO_GATEWAY_URL'],
    start: async (config) => (await import('./evals/start.ts')).startEvals(config),
  },
  gateway: {
    needs: ['SEKISHO_SECRET', 'SEKISHO_COLLECTOR_URL', 'SEKISHO_CONSOLE_URL'],
    start: async (config) => (await import('./gateway/start.ts')).startGateway(config),
  },
} as const satisfies Record<string, RoomEntry>;

export type RoomName = keyof typeof ROOMS;

/** The rooms of a command such as `gateway` or `collector+console+evals`; undefined if one of them is unknown. */
export function findRooms(command: string): RoomName[] | undefined {
  const names = command.split('+');
  return names.every((name) => Object.hasOwn(ROOMS, name)) ? (names as RoomName[]) : undefined;
}

/** The settings that these rooms need and `config` lacks. */
export function findMissing(names: readonly RoomName[], config: Config): string[] {
  return [...new Set(names.flatMap((name) => ROOMS[name].needs))].filter((key) => !config[key]);
}

/** How this process reaches the other rooms, and what they say of themselves. */
import type { Config } from '../../config.ts';

const ASK_TIMEOUT_MS = 2_000;

export type RoomUrls = { gateway: string; collector: string; clickhouse: string };

const local = (port: number): string => `http://127.0.0.1:${port}`;

/** Given by the supervisor or a person; otherwise this machine with the configured ports. */
export function toRoomUrls(config: Config): RoomUrls {
  return {
    gateway: config.SEKISHO_GATEWAY_URL ?? local(config.GATEWAY_PORT),
    collector: config.SEKISHO_COLLECTOR_URL ?? local(config.COLLECTOR_PORT),
    clickhouse: config.CLICKHOUSE_URL ?? local(config.CLICKHOUSE_PORT),
  };
}

/**
 * The gateway as apps are to reach it. Under the supervisor its URL is a loopback one; where a public URL is set,
 * people come from elsewhere and need that host.
 */
export function toPublicGatewayUrl(config: Config): string {
  const { gateway } = toRoomUrls(config);
  if (!config.SEKISHO_PUBLIC_URL) return gateway;
  const { hostname, port } = new URL(gateway);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) return gateway;
  const url = new URL(config.SEKISHO_PUBLIC_URL);
  url.port = port;
  return url.origin;
}

export type RoomReport = { room: string; ready: boolean; detail: string };

/** Whether a room is ready, in one short line; a room that does not answer is not. */
export async function askRoom(room: string, url: string): Promise<RoomReport> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS), redirect: 'error' });
    const text = (await response.text()).trim().slice(0, 500);
    return { room, ready: response.ok, detail: response.ok ? 'ready' : text || `status ${response.status}` };
  } catch {
    return { room, ready: false, detail: 'does not answer' };
  }
}

/** Where the gateway sends calls: `demo`, or the provider's host; '' while the gateway is away. */
export async function findUpstream(gateway: string): Promise<string> {
  try {
    const response = await fetch(`${gateway}/healthz`, {
      signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
      redirect: 'error',
    });
    const answer = (await response.json()) as { upstream?: unknown };
    return typeof answer.upstream === 'string' ? answer.upstream : '';
  } catch {
    return '';
  }
}

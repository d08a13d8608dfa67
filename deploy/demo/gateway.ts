/** What the demo must know of the gateway before it sends anything: that it is there, and whether calls cost money. */

export class DemoError extends Error {
  override name = 'DemoError';
}

export type GatewayState = {
  /** Name of its upstream. */
  upstream: string;
  /** Answers are simulated and free. */
  simulated: boolean;
};

/** Asks the gateway at `origin`. @throws DemoError when nothing answers there. */
export async function findGateway(origin: string): Promise<GatewayState> {
  let response: Response;
  try {
    response = await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(5000) });
  } catch {
    throw new DemoError(`No gateway answers at ${origin}. Start Sekisho first: npm start`);
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok || typeof body !== 'object' || body === null) {
    throw new DemoError(
      `What answers at ${origin} is no healthy gateway (GET /healthz: ${response.status}).`,
    );
  }
  const upstream = 'upstream' in body && typeof body.upstream === 'string' ? body.upstream : 'unknown';
  return { upstream, simulated: upstream === 'demo' };
}

/** One visit of a user to one of the demo's apps: a few calls that belong together. */
import type OpenAI from 'openai';
import type { Random } from './random.ts';

/** Who is calling, and what the gateway is told of it. */
export type Visitor = {
  user: string;
  session: string;
  /** Model for small tasks and for demanding ones; real names, so that the calls have prices. */
  small: string;
  large: string;
  embedding: string;
};

export type Caller = {
  client: OpenAI;
  random: Random;
  visitor: Visitor;
  /**
   * Makes one call and counts it. An error of the call is counted and gives undefined: a demo shows errors.
   * @throws Stopped when the run has been stopped.
   */
  call<T>(send: (options: OpenAI.RequestOptions) => Promise<T>): Promise<T | undefined>;
};

export type Visit = {
  app: string;
  /** How many calls it makes at most. */
  calls: number;
  tags: readonly string[];
  run(caller: Caller): Promise<void>;
};

/** Makes up a visit. */
export type Planner = (random: Random) => Visit;

/** The run has been stopped; nothing more is to be sent. */
export class Stopped extends Error {
  override name = 'Stopped';
}

/** Reads a stream to its end, or leaves it after `leaveAfter` events as a user who closes the tab does. */
export async function drain<T>(
  stream: AsyncIterable<T> & { controller: AbortController },
  leaveAfter?: number,
): Promise<T[]> {
  const events: T[] = [];
  for await (const event of stream) {
    events.push(event);
    if (leaveAfter !== undefined && events.length >= leaveAfter) {
      stream.controller.abort();
      break;
    }
  }
  return events;
}

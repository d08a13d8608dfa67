/** Ties a route of the contract to its handler, with types for everything that comes in and goes out. */
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Route } from '../contract/route.ts';
import type { Caller, ConsoleContext } from './context.ts';

type ParamsOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? { [K in Name]: string } & ParamsOf<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? { [K in Name]: string }
    : unknown;
type Output<T> = T extends z.ZodType ? z.output<T> : undefined;
type Member<R, K extends string> = R extends Record<K, infer T> ? Output<T> : undefined;

/** What a handler gets: everything validated. */
export type Call<R extends Route> = {
  params: ParamsOf<R['path']>;
  query: Member<R, 'query'>;
  body: Member<R, 'body'>;
  caller: R['access'] extends 'anonymous' ? undefined : Caller;
  /** Whether the caller may still call this; for streams that outlive their check. Is no use of the session. */
  isStillAllowed: () => boolean;
  request: Request;
  response: Response;
};

/** What it returns; a route without `response` writes to `call.response` itself. */
type Answer<R extends Route> = R extends { response: infer T extends z.ZodType } ? z.input<T> : void;

export type Endpoint = {
  route: Route;
  handle(context: ConsoleContext, call: Call<Route>): Promise<unknown> | unknown;
};

/** Declares the handler of `route`. */
export function defineEndpoint<R extends Route>(
  route: R,
  handle: (context: ConsoleContext, call: Call<R>) => Promise<Answer<R>> | Answer<R>,
): Endpoint {
  // The adapter builds `call` from this very route, so what it passes is what the handler's types say.
  return { route, handle: handle as unknown as Endpoint['handle'] };
}

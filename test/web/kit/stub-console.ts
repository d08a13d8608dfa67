/**
 * A console without rooms behind it: answers the contract's routes from a world in memory, so that a test can put the
 * page into any state. Every answer is checked against the contract; headers and page router are the real ones.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import type { z } from 'zod';
import { setHeaders } from '../../../console/api/guard/headers.ts';
import { createPageRouter } from '../../../console/api/page.ts';
import * as calls from '../../../console/contract/calls.ts';
import { getHealth } from '../../../console/contract/health.ts';
import * as keys from '../../../console/contract/keys.ts';
import { getOnboarding, sendTestCall } from '../../../console/contract/onboarding.ts';
import type { Route } from '../../../console/contract/route.ts';
import * as session from '../../../console/contract/session.ts';
import { AppError, type ErrorCode, toAppError } from '../../../errors.ts';
import { makeCall, toListItem } from './world.ts';
import type { World } from './world.ts';

type Answer<R extends Route> = R extends { response: infer S extends z.ZodType } ? z.input<S> : never;
type Asked<R extends Route> = {
  params: Record<string, string>;
  query: R extends { query: infer Q extends z.ZodType } ? z.output<Q> : undefined;
  body: R extends { body: infer B extends z.ZodType } ? z.output<B> : undefined;
};

export type StubConsole = {
  url: string;
  world: World;
  /** From now on `route` fails with `code`; undefined = works again. */
  fail(route: Route, code: ErrorCode | undefined): void;
  /** From now on `route` does not answer until the returned function is called. */
  hold(route: Route): () => void;
  /** Stores a call and tells the live streams. */
  push(call: calls.SpanDetail): void;
  /** Live streams that are open now. */
  streams(): number;
  stop(): Promise<void>;
};

/** Starts it on a free port, with `page` as the built page. */
export async function startStubConsole(page: string, world: World): Promise<StubConsole> {
  const app = express();
  const failing = new Map<Route, ErrorCode>();
  const held = new Map<Route, Promise<void>>();
  const streams = new Set<Response>();
  app.use(setHeaders, express.json());

  function serve<R extends Route>(route: R, answer: (asked: Asked<R>, request: Request) => Answer<R>): void {
    const method = route.method.toLowerCase() as 'get' | 'post' | 'delete';
    app[method](route.path, async (request: Request, response: Response) => {
      try {
        await held.get(route);
        const code = failing.get(route);
        if (code) throw new AppError(code, `The stub fails with ${code}.`);
        if (route.access !== 'anonymous' && !world.me) throw new AppError('not_signed_in', 'Sign in first.');
        const asked = {
          params: request.params,
          query: route.query?.parse(request.query),
          body: route.body?.parse(request.body),
        } as Asked<R>;
        response.json(route.response?.parse(answer(asked, request)));
      } catch (thrown) {
        const error = toAppError(thrown);
        response.status(error.status).json(error.toBody());
      }
    });
  }

  serveSession(serve, world);
  serveCalls(serve, world);
  serveKeys(serve, world);
  serve(getHealth, () => world.health);
  serve(getOnboarding, () => ({ ...world.onboarding, first_call: world.calls.map(toListItem)[0] ?? null }));

  const push = (call: calls.SpanDetail): void => {
    world.calls = [call, ...world.calls].toSorted((a, b) => (a.started_at < b.started_at ? 1 : -1));
    const event = `event: call\ndata: ${JSON.stringify({ ...toListItem(call), scores: [] })}\n\n`;
    for (const stream of streams) stream.write(event);
  };
  serve(sendTestCall, () => {
    const call = makeCall({ input: 'Say hello in one short sentence.', output: 'Hello, nice to meet you!' });
    push(call);
    return { trace_id: call.trace_id, text: 'Hello' };
  });
  app.get(calls.streamCalls.path, (_request, response) => {
    response.set('content-type', 'text/event-stream');
    response.write('event: ready\ndata: {}\n\n');
    streams.add(response);
    response.once('close', () => streams.delete(response));
  });
  app.use(
    '/api',
    (_request, response) =>
      void response.status(404).json(new AppError('not_found', 'No such route.').toBody()),
  );
  app.use(createPageRouter(page));

  const server: Server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world,
    fail: (route, code) => void (code ? failing.set(route, code) : failing.delete(route)),
    hold(route) {
      const { promise, resolve } = Promise.withResolvers<void>();
      held.set(route, promise);
      return () => {
        held.delete(route);
        resolve();
      };
    },
    push,
    streams: () => streams.size,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

type Serve = <R extends Route>(route: R, answer: (asked: Asked<R>, request: Request) => Answer<R>) => void;

function serveSession(serve: Serve, world: World): void {
  serve(session.getSetup, () => ({ needed: world.setupNeeded }));
  serve(session.setUp, ({ body }) => {
    if (body.token !== world.setupToken)
      throw new AppError('wrong_credentials', 'This set-up link is not valid.');
    world.me = world.account;
    world.setupNeeded = false;
    return { account_id: world.account.account_id };
  });
  serve(session.signIn, ({ body }) => {
    if (body.password !== world.password)
      throw new AppError('wrong_credentials', 'E-mail or password is not right.');
    world.me = world.account;
    return { account_id: world.account.account_id };
  });
  serve(session.signOut, () => {
    world.me = undefined;
    return {};
  });
  serve(session.getMe, () => {
    if (!world.me) throw new AppError('not_signed_in', 'Sign in first.');
    return world.me;
  });
}

function passes(call: calls.SpanDetail, filter: calls.CallFilter, without?: 'model' | 'status'): boolean {
  const { from, to, model, status, session_id, user_id } = filter;
  return (
    (!from || call.started_at >= from) &&
    (!to || call.started_at < to) &&
    (without === 'model' || !model?.length || model.includes(call.request_model)) &&
    (without === 'status' || !status?.length || status.includes(call.status)) &&
    (!session_id || call.session_id === session_id) &&
    (!user_id || call.user_id === user_id)
  );
}

function countBy(of: readonly string[]): { value: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const value of of) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, count })).toSorted((a, b) => b.count - a.count);
}

function serveCalls(serve: Serve, world: World): void {
  serve(calls.listCalls, ({ query }) => {
    const found = world.calls.filter((call) => passes(call, query));
    const start = Number(query.cursor ?? 0);
    const end = start + query.limit;
    return {
      calls: found.slice(start, end).map((call) => ({ ...toListItem(call), scores: [] })),
      next_cursor: end < found.length ? String(end) : null,
    };
  });
  serve(calls.listCallFacets, ({ query }) => {
    const found = world.calls.filter((call) => passes(call, query));
    const sum = (of: (call: calls.SpanDetail) => number) => found.reduce((all, call) => all + of(call), 0);
    return {
      total: found.length,
      model: countBy(
        world.calls.filter((call) => passes(call, query, 'model')).map((call) => call.request_model),
      ),
      status: countBy(world.calls.filter((call) => passes(call, query, 'status')).map((call) => call.status)),
      prompt: [],
      feedback: [],
      input_tokens: sum((call) => call.input_tokens),
      output_tokens: sum((call) => call.output_tokens),
      cost_total: sum((call) => Number(call.cost_total)).toFixed(12),
      cost_unknown: found.filter((call) => call.cost_source === 'unknown').length,
    };
  });
  serve(calls.getCall, ({ params }) => {
    const call = world.calls.find(
      ({ trace_id, span_id }) => trace_id === params['trace_id'] && span_id === params['span_id'],
    );
    if (!call) throw new AppError('not_found', 'There is no such call.');
    return call;
  });
}

function serveKeys(serve: Serve, world: World): void {
  serve(keys.listKeys, () => ({ keys: world.keys }));
  serve(keys.createKey, ({ body }) => {
    const id = `key_${world.keys.length + 1}`;
    const key = {
      ...body,
      id,
      shown: 'sk-sekisho-9mN…c41f',
      status: 'active' as const,
      created_at: new Date().toISOString(),
    };
    world.keys = [...world.keys, key];
    return { key, text: 'sk-sekisho-9mNbVcXzLkJhGfDsApOiUyTrEwQ1234567890AbCdEfGhc41f' };
  });
  serve(keys.revokeKey, ({ params }) => {
    const key = world.keys.find(({ id }) => id === params['key_id']);
    if (!key) throw new AppError('not_found', 'There is no such key.');
    const revoked = { ...key, status: 'revoked' as const };
    world.keys = world.keys.map((each) => (each === key ? revoked : each));
    return { key: revoked };
  });
}

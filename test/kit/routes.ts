/** A table over the routes of the contract: who gets which answer. */
import type { Route } from '../../console/contract/route.ts';
import type { TestConsole, Who } from './console.ts';

export type RouteRow = {
  /** One status per kind of person; everybody has to be named. */
  statuses: Record<Who, number>;
  /** The request; `:project_id` is filled in, other parameters and a body (JSON, or a form) are the row's. */
  request?: (
    room: TestConsole,
  ) => Promise<{ path?: string; body?: unknown }> | { path?: string; body?: unknown };
  /** What an allowed answer has, and what nobody's answer has. */
  contains?: readonly string[];
  lacks?: readonly string[];
};

/** Name of a route in the table. */
export const nameOf = (route: Route): string => `${route.method} ${route.path}`;

/** Sends the row's request as `who`. A stream's answer is returned at its head. */
export async function askRow(room: TestConsole, route: Route, row: RouteRow, who: Who): Promise<Response> {
  const { path = route.path, body } = (await row.request?.(room)) ?? {};
  return room.ask(who, path.replace(':project_id', room.project_id), {
    method: route.method,
    ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
}

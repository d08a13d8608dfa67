/**
 * The real rooms with the page as it is built from these sources in front of them: what is not `/api` comes from the
 * built page, the rest goes to the console that `main.ts all` has started.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import type { Browser } from 'playwright-core';
import type { Role } from '../../../collector/record/registry.ts';
import { openRegistry } from '../../../collector/registry/store.ts';
import { setHeaders } from '../../../console/api/guard/headers.ts';
import { createPageRouter } from '../../../console/api/page.ts';
import { type Booted, bootSekisho } from '../../kit/boot.ts';
import { addPerson } from '../../kit/console.ts';
import { waitUntil } from '../../kit/wait.ts';
import { startUpstream, type Upstream } from '../../upstream/upstream.ts';
import { openVisit, type Visit, type VisitOptions } from './browser.ts';
import { buildPage } from './built-page.ts';

export const OWNER = { email: 'hana@example.com', password: 'correct horse battery staple' };

export type RealConsole = {
  /** Of the page. */
  url: string;
  sekisho: Booted;
  upstream: Upstream;
  project_id: string;
  /** The API as apps use it, with the first key: the path below /v1. */
  v1: <T = Record<string, unknown>>(method: string, path: string, body?: unknown) => Promise<T>;
  /** Stops what the kit of the rooms does not stop by itself. */
  end: () => Promise<void>;
};

function forward(target: URL, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = incoming;
  const outgoing = request(
    { host: target.hostname, port: target.port, method, path: url, headers },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    },
  );
  // Either side may hang up; then there is nobody left to tell.
  outgoing.once('error', () => response.destroy());
  response.once('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

async function startPage(consoleUrl: string) {
  const app = express();
  const target = new URL(consoleUrl);
  app.use('/api', (incoming, response) => {
    incoming.url = incoming.originalUrl;
    forward(target, incoming, response);
  });
  app.use(setHeaders, createPageRouter(buildPage()));
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export type RealConsoleOptions = {
  /** The built-in demo upstream answers, as at a first look at the product; else the scriptable one of the tests. */
  demo?: boolean;
};

/** Starts all of it. */
export async function startRealConsole({ demo = false }: RealConsoleOptions = {}): Promise<RealConsole> {
  const upstream = await startUpstream();
  const env = { SEKISHO_ADMIN_EMAIL: OWNER.email, SEKISHO_ADMIN_PASSWORD: OWNER.password };
  const sekisho = await bootSekisho({ ...(demo ? {} : { upstream: upstream.url }), env });
  const { server, url } = await startPage(sekisho.urls.console);
  const v1 = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const headers = { authorization: `Bearer ${sekisho.apiKey}`, 'content-type': 'application/json' };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(`${sekisho.urls.gateway}${path}`, init);
    const answer = (await response.json()) as T;
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };
  return {
    url,
    sekisho,
    upstream,
    v1,
    project_id: await findProject(url),
    async end() {
      server.closeAllConnections();
      server.close();
      await sekisho.stop();
      await upstream.stop();
    },
  };
}

async function findProject(url: string): Promise<string> {
  const cookie = await signIn(url);
  const me = await fetch(`${url}/api/me`, { headers: { cookie } });
  const { projects } = (await me.json()) as { projects: { id: string }[] };
  return projects[0]?.id ?? '';
}

/** The cookie of the owner. */
async function signIn(url: string): Promise<string> {
  const headers = { 'content-type': 'application/json', origin: url };
  const response = await fetch(`${url}/api/sign-in`, {
    method: 'POST',
    headers,
    body: JSON.stringify(OWNER),
  });
  const cookie = response.headers.get('set-cookie')?.split(';')[0];
  if (!cookie) throw new Error(`sign in: ${response.status} ${await response.text()}`);
  return cookie;
}

/** `as` another role than the owner's: a member of that role is made for it. */
export type SignedInOptions = VisitOptions & { as?: Role };

/** A visit of somebody who is signed in. */
export async function openSignedIn(
  browser: Browser,
  real: RealConsole,
  { as, ...options }: SignedInOptions = {},
): Promise<Visit> {
  const visit = await openVisit(browser, real.url, options);
  const cookie = as ? `sekisho=${await addMember(real, as)}` : await signIn(real.url);
  const [name = '', value = ''] = cookie.split('=');
  await visit.context.addCookies([{ name, value, url: real.url }]);
  return visit;
}

/** A member of the project, once the console knows of them; resolves to a session token. */
async function addMember({ url, sekisho, project_id }: RealConsole, role: Role): Promise<string> {
  // A second hand on the registry, as a command would open it.
  const registry = openRegistry(join(sekisho.dataDir, 'registry.db'));
  const email = `${role}-${randomUUID()}@example.com`;
  const token = addPerson(registry, { email, role, project_id, password_hash: '' });
  registry.close();
  // The console looks once a second for what others have written.
  await waitUntil('the console to know the member', async () => {
    const me = await fetch(`${url}/api/me`, { headers: { cookie: `sekisho=${token}` } });
    return me.ok && ((await me.json()) as { projects: unknown[] }).projects.length > 0;
  });
  return token;
}

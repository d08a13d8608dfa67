/** Every route of the contract, asked by everybody. A route without a row fails. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../collector/store/client.ts';
import { migrate } from '../../collector/store/migrate.ts';
import { ROUTES } from '../../console/contract/index.ts';
import type { Route } from '../../console/contract/route.ts';
import { EVERYBODY, startTestConsole, type TestConsole, type Who } from '../kit/console.ts';
import { startTestEngine, type TestEngine } from '../kit/engine.ts';
import { askRow, nameOf, type RouteRow } from '../kit/routes.ts';
import { datasetRows } from './route-rows/datasets.ts';
import { exportRows } from './route-rows/exports.ts';
import { feedbackRows } from './route-rows/feedback.ts';
import { evalRows } from './route-rows/evals.ts';
import { firstRows } from './route-rows/first.ts';
import { promptRows } from './route-rows/prompts.ts';
import { sourceRows } from './route-rows/sources.ts';
import { startUpstream, type Upstream } from '../upstream/upstream.ts';

let engine: TestEngine;
let store: Store;
let upstream: Upstream;

beforeAll(async () => {
  engine = await startTestEngine();
  store = await openStore(engine);
  await migrate(store);
  upstream = await startUpstream();
});
afterAll(async () => {
  await upstream.stop();
  await store.close();
  await engine.stop();
});

const SECRET_TEXTS = ['argon2id', 'password', 'prev_hash'];

const TABLE: Record<string, RouteRow> = {
  ...firstRows(() => store),
  ...evalRows(() => store),
  ...datasetRows(() => store),
  ...exportRows(() => store),
  ...feedbackRows(),
  ...promptRows(),
  ...sourceRows(() => store),
};

it('has a row for each route of the contract, and none for others', () => {
  expect(Object.keys(TABLE).toSorted()).toEqual(ROUTES.map(nameOf).toSorted());
});

describe.each(ROUTES.map((route: Route) => [nameOf(route), route] as const))('%s', (name, route) => {
  let room: TestConsole;
  beforeAll(async () => {
    room = await startTestConsole({ engine, env: { SEKISHO_GATEWAY_URL: upstream.origin } });
  });
  afterAll(() => room.stop());
  const row = TABLE[name];

  it.each(EVERYBODY)('asked by %s', async (who) => {
    if (!row) throw new Error(`no row for ${name}`);
    const response = await askRow(room, route, row, who);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    const text = isStream ? '' : await response.text();
    if (isStream) await response.body?.cancel();
    expect(`${response.status} ${response.status === row.statuses[who] ? '' : text}`).toBe(
      `${row.statuses[who]} `,
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
    const isAllowed = response.status < 400 || row.statuses[who] === row.statuses.owner;
    for (const part of isStream || !isAllowed ? [] : (row.contains ?? [])) expect(text).toContain(part);
    for (const part of [...SECRET_TEXTS, ...(row.lacks ?? [])]) expect(text).not.toContain(part);
    if (response.status >= 400) {
      const { error } = JSON.parse(text) as { error: Record<string, unknown> };
      expect(Object.keys(error).toSorted()).toEqual(['code', 'message', 'param', 'type']);
    }
  });
});

describe('what a role may see within an answer', () => {
  it('is the first key for those who manage keys, and none for the others', async () => {
    const room = await startTestConsole({ engine });
    const shown = async (who: Who) => {
      const response = await room.ask(who, `/api/projects/${room.project_id}/onboarding`);
      const body = (await response.json()) as { api_key: string | null; passthrough_url: string | null };
      return [body.api_key?.slice(0, 11) ?? null, body.passthrough_url?.includes('/k/it-') ?? null];
    };
    for (const who of ['owner', 'admin', 'engineer'] as const) {
      expect(await shown(who)).toEqual(['sk-sekisho-', true]);
    }
    for (const who of ['builder', 'reviewer', 'viewer'] as const)
      expect(await shown(who)).toEqual([null, null]);
    await room.stop();
  });

  it('is the projects that are theirs', async () => {
    const room = await startTestConsole({ engine });
    const projects = async (who: Who) => {
      const me = (await (await room.ask(who, '/api/me')).json()) as {
        role: string;
        projects: { id: string }[];
      };
      return [me.role, me.projects.map(({ id }) => id)];
    };
    expect(await projects('viewer')).toEqual(['viewer', [room.project_id]]);
    expect(await projects('stranger')).toEqual(['owner', [room.other_project_id]]);
    expect(await projects('admin')).toEqual(['admin', [room.project_id, room.other_project_id]]);
    await room.stop();
  });
});

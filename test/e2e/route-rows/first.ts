/** Rows of session, onboarding, calls, keys and health. */
import type { Store } from '../../../collector/store/client.ts';
import { PASSWORD, type TestConsole } from '../../kit/console.ts';
import type { RouteRow } from '../../kit/routes.ts';
import { spanHex, storeCalls, traceHex } from '../../kit/spans.ts';
import { everybody, KEY_MANAGERS, READERS } from './access.ts';

const call = (room: TestConsole) => ({
  project_id: room.project_id,
  trace: 'route',
  span_id: 5n,
  user_id: 'ours',
});
const withCall = async (store: Store, room: TestConsole) => {
  await storeCalls(store, [
    call(room),
    { ...call(room), project_id: room.other_project_id, user_id: 'foreign' },
  ]);
  return {};
};

export function firstRows(store: () => Store): Record<string, RouteRow> {
  const withOne = (room: TestConsole) => withCall(store(), room);
  return {
    'GET /api/setup': { statuses: everybody(200), contains: ['"needed":false'] },
    'POST /api/setup': {
      statuses: everybody(403),
      request: () => ({ body: { token: 'x', email: 'new@example.com', name: 'N', password: PASSWORD } }),
      contains: ['set up already'],
    },
    'POST /api/sign-in': {
      statuses: everybody(200),
      request: () => ({ body: { email: 'viewer@example.com', password: PASSWORD } }),
      contains: ['acct_'],
    },
    'POST /api/sign-out': { statuses: { ...everybody(200), anonymous: 401 } },
    'GET /api/me': {
      statuses: { ...everybody(200), anonymous: 401 },
      contains: ['@example.com', '"projects":[{'],
    },
    'GET /api/projects/:project_id/onboarding': {
      statuses: READERS,
      request: withOne,
      contains: ['"base_url":"http', '"user_id":"ours"'],
      lacks: ['foreign'],
    },
    'POST /api/projects/:project_id/test-call': { statuses: KEY_MANAGERS, contains: ['Echo: Say hello'] },
    'GET /api/projects/:project_id/calls': {
      statuses: READERS,
      request: withOne,
      contains: [traceHex('route'), '"next_cursor":null'],
      lacks: ['foreign', 'response_sha256'],
    },
    'GET /api/projects/:project_id/call-facets': {
      statuses: READERS,
      request: withOne,
      contains: ['"demo-small"'],
      lacks: ['foreign'],
    },
    'GET /api/projects/:project_id/calls/:trace_id/:span_id': {
      statuses: READERS,
      request: async (room) => {
        await withOne(room);
        return { path: `/api/projects/:project_id/calls/${traceHex('route')}/${spanHex(5n)}` };
      },
      contains: ['"raw_encoding"', '"user_id":"ours"'],
      lacks: ['foreign'],
    },
    'GET /api/projects/:project_id/calls-live': { statuses: READERS },
    'GET /api/projects/:project_id/keys': {
      statuses: KEY_MANAGERS,
      contains: ['"shown":"sk-sekisho-'],
      lacks: ['"hash"'],
    },
    'POST /api/projects/:project_id/keys': {
      statuses: KEY_MANAGERS,
      request: () => ({ body: { name: 'mine' } }),
      contains: ['"text":"sk-sekisho-'],
      lacks: ['"hash"'],
    },
    'DELETE /api/projects/:project_id/keys/:key_id': {
      statuses: KEY_MANAGERS,
      request: async (room) => {
        const path = `/api/projects/${room.project_id}/keys`;
        const made = await room.ask('owner', path, { method: 'POST', body: '{"name":"short-lived"}' });
        const { key } = (await made.json()) as { key: { id: string } };
        return { path: `${path}/${key.id}` };
      },
      contains: ['"status":"revoked"'],
      lacks: ['"hash"'],
    },
    'GET /api/health': {
      // The installation's, so an owner of one project is as good as anybody.
      statuses: { ...everybody(403), anonymous: 401, owner: 200, admin: 200 },
      contains: ['"certificate":['],
    },
  };
}

/** Rows of prompts and the audit log. */
import type { TestConsole } from '../../kit/console.ts';
import type { RouteRow } from '../../kit/routes.ts';
import { AUDITORS, BUILDERS, made, READERS } from './access.ts';

const CONTENT = { messages: [{ role: 'user', content: 'Answer {{question}}' }], model: 'demo-small' };

let made_so_far = 0;
/** Makes a prompt of its own for each request; another project's beside it must never show. */
async function addPrompt(room: TestConsole): Promise<{ id: string; seq: number }> {
  const name = `row-${++made_so_far}`;
  const add = async (project: string): Promise<{ id: string }> => {
    const init = { method: 'POST', body: JSON.stringify({ ...CONTENT, name, labels: ['production'] }) };
    return (await room.ask('owner', `/api/projects/${project}/prompts`, init)).json() as never;
  };
  await add(room.other_project_id);
  const { id } = await add(room.project_id);
  room.registry.refresh();
  return { id, seq: room.registry.seq };
}

const onPrompt =
  (rest: string, body?: unknown): RouteRow['request'] =>
  async (room) => {
    const { id } = await addPrompt(room);
    return { path: `/api/projects/:project_id/prompts/${id}${rest}`, ...(body ? { body } : {}) };
  };
const onRevision =
  (rest: string, body?: unknown): RouteRow['request'] =>
  async (room) => {
    const { seq } = await addPrompt(room);
    return { path: `/api/projects/:project_id/audit/${seq}${rest}`, ...(body ? { body } : {}) };
  };

const PROMPTS = '/api/projects/:project_id/prompts';

export function promptRows(): Record<string, RouteRow> {
  return {
    [`GET ${PROMPTS}`]: {
      statuses: READERS,
      request: async (room) => (await addPrompt(room), {}),
      contains: ['"object":"list"', '"latest_version":1'],
    },
    [`POST ${PROMPTS}`]: {
      statuses: made(BUILDERS),
      request: () => ({ body: { ...CONTENT, name: `row-${++made_so_far}` } }),
      contains: ['"object":"prompt"', 'pmpt_'],
    },
    [`GET ${PROMPTS}/:prompt_id`]: {
      statuses: READERS,
      request: onPrompt(''),
      contains: ['"production":1'],
    },
    [`POST ${PROMPTS}/:prompt_id`]: {
      statuses: BUILDERS,
      request: onPrompt('', { labels: { staging: 1 } }),
      contains: ['"staging":1', '"production":1'],
    },
    [`DELETE ${PROMPTS}/:prompt_id`]: {
      statuses: BUILDERS,
      request: onPrompt(''),
      contains: ['"status":"archived"'],
    },
    [`GET ${PROMPTS}/:prompt_id/versions`]: {
      statuses: READERS,
      request: onPrompt('/versions'),
      contains: ['"variables":["question"]', '"labels":["production"]'],
    },
    [`POST ${PROMPTS}/:prompt_id/versions`]: {
      statuses: made(BUILDERS),
      request: onPrompt('/versions', { ...CONTENT, labels: ['production'] }),
      contains: ['"version":2', '"labels":["production"]'],
    },
    [`GET ${PROMPTS}/:prompt_id/versions/:version`]: {
      statuses: READERS,
      request: onPrompt('/versions/production'),
      contains: ['"version":1'],
    },
    [`GET ${PROMPTS}/:prompt_id/inputs`]: {
      statuses: READERS,
      request: onPrompt('/inputs'),
      contains: ['"inputs":[]'],
    },
    'POST /api/projects/:project_id/prompt-tries': {
      statuses: BUILDERS,
      request: () => ({ body: { ...CONTENT, variables: { question: 'why?' } } }),
    },
    'GET /api/projects/:project_id/models': { statuses: READERS, contains: ['"models":['] },
    'GET /api/projects/:project_id/audit': {
      statuses: AUDITORS,
      request: async (room) => (await addPrompt(room), {}),
      contains: ['"kind":"prompt"', '"action":"created"'],
    },
    'GET /api/projects/:project_id/audit/:seq': {
      statuses: AUDITORS,
      request: onRevision(''),
      contains: ['"changes":[', '"restorable":false'],
    },
    'POST /api/projects/:project_id/audit/:seq/restore': {
      statuses: AUDITORS,
      request: onRevision('/restore', { expected_revision: 1 }),
      contains: ['restored revision 1'],
    },
  };
}

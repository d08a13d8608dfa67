/** Rows of exports. No evals room runs here: an export stays queued. */
import type { Store } from '../../../collector/store/client.ts';
import type { TestConsole } from '../../kit/console.ts';
import type { RouteRow } from '../../kit/routes.ts';
import { storeCalls } from '../../kit/spans.ts';
import { BUILDERS, made, READERS } from './access.ts';

const EXPORTS = '/api/projects/:project_id/exports';
const BODY = { name: 'ours', format: 'openai_sft', source: { type: 'calls' } };

async function makeExport(room: TestConsole, who: 'owner' | 'stranger' = 'owner'): Promise<string> {
  const [project_id, name] = who === 'owner' ? [room.project_id, 'ours'] : [room.other_project_id, 'foreign'];
  const body = JSON.stringify({ ...BODY, name });
  const answer = await room.ask(who, `/api/projects/${project_id}/exports`, { method: 'POST', body });
  if (answer.status !== 201) throw new Error(await answer.text());
  return ((await answer.json()) as { id: string }).id;
}

const parts = (role: string, content: string) =>
  JSON.stringify([{ role, parts: [{ type: 'text', content }] }]);

export function exportRows(store: () => Store): Record<string, RouteRow> {
  const ofExport = (rest = '') => ({
    request: async (room: TestConsole) => ({ path: `${EXPORTS}/${await makeExport(room)}${rest}` }),
    contains: ['"object":"export"'],
    lacks: ['foreign'],
  });
  return {
    [`GET ${EXPORTS}`]: {
      statuses: READERS,
      request: async (room) => {
        await makeExport(room);
        await makeExport(room, 'stranger');
        return {};
      },
      contains: ['"object":"list"', '"name":"ours"', '"status":"queued"'],
      lacks: ['foreign'],
    },
    [`POST ${EXPORTS}`]: {
      statuses: made(BUILDERS),
      request: () => ({ body: BODY }),
      contains: ['"object":"export"', '"status":"queued"', '"deduplicate":true'],
    },
    [`POST ${EXPORTS}/preview`]: {
      statuses: BUILDERS,
      request: async (room) => {
        const started_at = Date.now() - 1_000;
        await storeCalls(
          store(),
          [room.project_id, room.other_project_id].map((project_id, i) => ({
            project_id,
            started_at,
            dialect: 'openai.chat',
            input_messages: parts('user', 'Hi?'),
            output_messages: parts('assistant', i === 0 ? 'our answer' : 'foreign answer'),
          })),
        );
        return { body: { ...BODY, limit: 10 } };
      },
      contains: ['our answer', '"partial":false', '"few_lines"'],
      lacks: ['foreign'],
    },
    [`GET ${EXPORTS}/:export_id`]: { statuses: READERS, ...ofExport() },
    [`POST ${EXPORTS}/:export_id/cancel`]: { statuses: BUILDERS, ...ofExport('/cancel') },
    [`DELETE ${EXPORTS}/:export_id`]: { statuses: BUILDERS, ...ofExport() },
  };
}

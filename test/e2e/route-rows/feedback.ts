/** Rows of feedback and of what was said of a call. */
import type { TestConsole } from '../../kit/console.ts';
import type { RouteRow } from '../../kit/routes.ts';
import { spanHex, traceHex } from '../../kit/spans.ts';
import { made, READERS, REVIEWERS } from './access.ts';

const about = { trace_id: traceHex('said'), span_id: spanHex(9n) };

/** A comment on the same call in their project and in the other one. */
async function comment(room: TestConsole): Promise<object> {
  for (const [who, project_id, text] of [
    ['owner', room.project_id, 'ours'],
    ['stranger', room.other_project_id, 'foreign'],
  ] as const) {
    const body = JSON.stringify({ ...about, comment: text });
    const answer = await room.ask(who, `/api/projects/${project_id}/feedback`, { method: 'POST', body });
    if (answer.status !== 201) throw new Error(await answer.text());
  }
  return {};
}

export function feedbackRows(): Record<string, RouteRow> {
  return {
    'POST /api/projects/:project_id/feedback': {
      statuses: made(REVIEWERS),
      request: () => ({ body: { ...about, thumb: 'up' } }),
      contains: ['"object":"feedback"', '"name":"thumb"'],
    },
    'GET /api/projects/:project_id/feedback': {
      statuses: READERS,
      request: comment,
      contains: ['"comment":"ours"', '"next_cursor":null'],
      lacks: ['foreign'],
    },
    'GET /api/projects/:project_id/calls/:trace_id/:span_id/scores': {
      statuses: READERS,
      request: async (room) => {
        await comment(room);
        return { path: `/api/projects/:project_id/calls/${about.trace_id}/${about.span_id}/scores` };
      },
      contains: ['"comment":"ours"', '"author_name":"owner@example.com"'],
      lacks: ['foreign'],
    },
  };
}

/**
 * What people and apps think of calls. A post is durable when it is answered and reaches the database later, also
 * after an outage; the call may arrive later still, because scores are matched when they are read.
 */
import { uuidv7 } from 'uuidv7';
import { type ScoreRow, toScoreRow } from '../../../collector/append/scores.ts';
import { findResponseId } from '../../../collector/queries/find-response-id.ts';
import { listFeedback as queryFeedback } from '../../../collector/queries/list-feedback.ts';
import { listScoresOf } from '../../../collector/queries/list-scores.ts';
import { SCORE_COMMENT, SCORE_CORRECTION, SCORE_THUMB, type Score } from '../../../collector/record/score.ts';
import type { Registry } from '../../../collector/registry/store.ts';
import { AppError } from '../../../errors.ts';
import * as contract from '../../contract/feedback.ts';
import type { Caller } from '../context.ts';
import { defineEndpoint, type Call } from '../endpoint.ts';
import { toActorName } from '../managed/object.ts';

/** Long enough for what was said a moment ago to have arrived, unless the database is away. */
const ARRIVAL_MS = 1_000;
const OWN_NAMES: readonly string[] = [SCORE_THUMB, SCORE_COMMENT, SCORE_CORRECTION];

const createFeedback = defineEndpoint(contract.createFeedback, ({ outbox }, { params, body, caller }) => {
  if (body.span_id !== undefined && body.trace_id === undefined) {
    throw new AppError('invalid_body', 'trace_id: is needed with a span_id', { param: 'trace_id' });
  }
  const rows = toScores(body, caller).map((said) => toScoreRow(params.project_id, said));
  if (rows.length === 0) {
    throw new AppError('invalid_body', 'Say something: thumb, score, label, comment or correction.', {
      param: 'thumb',
    });
  }
  outbox.append('scores', rows);
  return { object: 'feedback' as const, id: `fb_${uuidv7()}`, scores: rows.map(withoutProject) };
});

type Body = Call<typeof contract.createFeedback>['body'];
type Said = Parameters<typeof toScoreRow>[1];

/**
 * One score for each thing said. Thumbs, comments and corrections are feedback, whoever gives them; a name with a
 * number or a word is a label when a person in the console gives it, and feedback when an app does.
 */
function toScores(body: Body, caller: Caller): Said[] {
  const { trace_id = '', span_id = '', response_id = '', thumb, score, label, comment, correction } = body;
  const common = { trace_id, span_id, response_id, author: toAuthor(caller, body.user_id) };
  const feedback = { ...common, source: 'feedback' } as const;
  const named = { ...common, source: caller.account_id ? 'label' : 'feedback' } as const;
  for (const param of ['score', 'label'] as const) {
    if (OWN_NAMES.includes(body[param]?.name ?? '')) {
      throw new AppError('invalid_body', `${param}: this name has a meaning of its own`, { param });
    }
  }
  const said: Said[] = [];
  if (thumb !== undefined) {
    const value = thumb === null ? null : Number(thumb === 'up');
    said.push({ ...feedback, name: SCORE_THUMB, value, retracted: thumb === null });
  }
  if (score) said.push({ ...named, name: score.name, value: score.value, retracted: score.value === null });
  if (label) said.push({ ...named, name: label.name, label: label.value, retracted: label.value === '' });
  if (comment !== undefined) {
    said.push({ ...feedback, name: SCORE_COMMENT, comment: comment ?? '', retracted: !comment });
  }
  if (correction !== undefined) {
    said.push({ ...feedback, name: SCORE_CORRECTION, correction: correction ?? '', retracted: !correction });
  }
  return said;
}

/** People speak for themselves; an app may say for which of its users it speaks. */
function toAuthor({ actor, account_id }: Caller, user_id: string | undefined): string {
  return account_id || !user_id ? actor : `${actor}:${user_id}`;
}

function withoutProject({ project_id: _project, ...score }: ScoreRow): Score {
  return score;
}

const listFeedback = defineEndpoint(contract.listFeedback, async ({ outbox, store }, { params, query }) => {
  await outbox.settled(ARRIVAL_MS);
  const { scores, next_cursor } = await queryFeedback(await store(), params.project_id, query);
  return { object: 'list' as const, data: scores, has_more: next_cursor !== null, next_cursor };
});

const listCallScores = defineEndpoint(
  contract.listCallScores,
  async ({ outbox, store, registry }, { params }) => {
    const { project_id, trace_id, span_id } = params;
    if (!/^[\da-f]{32}$/.test(trace_id) || !/^[\da-f]{16}$/.test(span_id)) {
      throw new AppError('not_found', 'This project has no such call.');
    }
    await outbox.settled(ARRIVAL_MS);
    const open = await store();
    const response_id = await findResponseId(open, project_id, { trace_id, span_id });
    const [scores = []] = await listScoresOf(open, project_id, [{ trace_id, span_id, response_id }]);
    return {
      scores: scores.map((score) => ({ ...score, author_name: toAuthorName(registry, score.author) })),
    };
  },
);

/** An app's user by their id, everybody else by their name. */
function toAuthorName(registry: Registry, author: string): string {
  const user = /^key_[^:]+:(.+)$/s.exec(author)?.[1];
  return user ?? toActorName(registry, author);
}

export const feedbackEndpoints = [createFeedback, listFeedback, listCallScores];

/** What was filled into a prompt lately. */
import { SEKISHO } from '../record/attributes.ts';
import type { Store } from '../store/client.ts';
import { runQuery } from './run.ts';

export type PromptInput = {
  /** 32 and 16 hex digits. */
  trace_id: string;
  span_id: string;
  started_at: string;
  version: number;
  variables: Record<string, string>;
  output_preview: string;
};

/** Calls looked at for each input wanted: the same variables often come again. */
const LOOK_AT = 50;

/** Variables of the newest calls of a prompt by its id, newest first, equal ones once. @throws like `runQuery` */
export async function listPromptInputs(
  store: Store,
  question: { project_id: string; prompt_id: string; limit: number; signal?: AbortSignal },
): Promise<PromptInput[]> {
  const { project_id, prompt_id, limit, signal } = question;
  const rows = await runQuery<Omit<PromptInput, 'variables'> & { variables: string }>(store, {
    name: 'list_prompt_inputs',
    project_id,
    query: `SELECT lower(hex(argMax(trace_id, at))) AS trace_id, leftPad(lower(hex(argMax(span_id, at))), 16, '0') AS span_id,
        max(at) AS started_at, argMax(version, at) AS version, variables, argMax(output_preview, at) AS output_preview
      FROM (
        SELECT s.trace_id AS trace_id, s.span_id AS span_id, s.started_at AS at, s.prompt_version AS version,
          s.attributes[{variables_key:String}] AS variables, s.output_preview AS output_preview
        FROM spans AS s
        WHERE s.project_id = {project_id:String} AND s.attributes[{prompt_key:String}] = {prompt_id:String}
          AND s.attributes[{variables_key:String}] != ''
        ORDER BY s.started_at DESC LIMIT {look_at:UInt32}
      )
      GROUP BY variables ORDER BY started_at DESC LIMIT {limit:UInt32}`,
    params: {
      project_id,
      prompt_id,
      prompt_key: SEKISHO.promptId,
      variables_key: SEKISHO.promptVariables,
      look_at: limit * LOOK_AT,
      limit,
    },
    ...(signal && { signal }),
  });
  return rows.map((row) => ({ ...row, variables: JSON.parse(row.variables) as Record<string, string> }));
}

/** Calls as the export's parts take them, everything but the given at rest. */
import type { ChatMessage, ChatTool } from '../../../collector/record/chat.ts';
import {
  type ExportFormatName,
  exportOptions,
  type ExportOptions,
} from '../../../collector/record/export.ts';
import type { Score } from '../../../collector/record/score.ts';
import type { Candidate, Example } from '../../../evals/export/example.ts';
import { FORMATS } from '../../../evals/export/formats.ts';
import { type MadeLine, toLine } from '../../../evals/export/line.ts';
import { isRefusal } from '../../../evals/export/select.ts';

export const toOptions = (given: Partial<ExportOptions> = {}): ExportOptions => exportOptions.parse(given);

export const user = (content: string): ChatMessage => ({ role: 'user', content });
export const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });

let made = 0;

export function toCandidate(given: Partial<Example> & Partial<Omit<Candidate, 'example'>> = {}): Candidate {
  const { status = 'ok', is_model_call = true, scores = [], ...example } = given;
  made++;
  return {
    status,
    is_model_call,
    scores,
    example: {
      trace_id: made.toString(16).padStart(32, '0'),
      span_id: made.toString(16).padStart(16, '0'),
      item_id: '',
      session_id: '',
      user_id: '',
      model: 'gpt-4o-mini',
      started_at: '2026-11-22T10:00:00.000Z',
      messages: [user('Where is my order?')],
      tools: [],
      answer: assistant('On its way.'),
      correction: '',
      lost: [],
      ...example,
    },
  };
}

export function toScore(given: Partial<Score>): Score {
  return {
    score_id: 'score_1',
    trace_id: '',
    span_id: '',
    response_id: '',
    name: 'thumb',
    source: 'feedback',
    value: null,
    label: '',
    comment: '',
    correction: '',
    author: 'key_1',
    run_id: '',
    retracted: false,
    at: '2026-11-22T10:00:00.000Z',
    ...given,
  };
}

/** The line of a candidate, or the reason why there is none. */
export function lineOf(
  format: ExportFormatName,
  given: Parameters<typeof toCandidate>[0] = {},
  options: Partial<ExportOptions> = {},
): MadeLine | string {
  const line = toLine(toCandidate(given), FORMATS[format], toOptions(options));
  return isRefusal(line) ? line.reason : line;
}

/** The parsed line; the reason where there is none. */
export function recordOf(...args: Parameters<typeof lineOf>): unknown {
  const line = lineOf(...args);
  return typeof line === 'string' ? line : (JSON.parse(line.text) as unknown);
}

export const WEATHER: ChatTool = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};

export const callOf = (id: string, given = '{"city":"仙台"}', name = 'get_weather'): ChatMessage => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id, type: 'function', function: { name, arguments: given } }],
});

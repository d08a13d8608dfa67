/**
 * CSV for people and their spreadsheets (RFC 4180, with the mark that makes Excel read it as UTF-8). Columns:
 * - `trace_id`, `span_id`, `item_id`: where it comes from,
 * - `session_id`, `user_id`, `model`, `started_at`,
 * - `input`: the last thing the user said, `answer`: what is to be learned, `answered`: what the model said,
 * - `corrected`: whether these two differ because somebody corrected it,
 * - `messages`, `tools`: all that was asked, as JSON.
 * A cell that a spreadsheet would take for a formula begins with an apostrophe (OWASP, "CSV Injection").
 */
import { lastUserText, toMessageText } from '../../../collector/record/chat.ts';
import { isRefusal, refuse } from '../select.ts';
import type { ExportFormat } from './format.ts';
import { toAsked } from './messages.ts';

export const CSV_COLUMNS = [
  'trace_id',
  'span_id',
  'item_id',
  'session_id',
  'user_id',
  'model',
  'started_at',
  'input',
  'answer',
  'answered',
  'corrected',
  'messages',
  'tools',
] as const;

const BYTE_ORDER_MARK = '\uFEFF';
const FORMULA = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

export const csv: ExportFormat = {
  name: 'csv',
  extension: 'csv',
  header: `${BYTE_ORDER_MARK}${CSV_COLUMNS.join(',')}\r\n`,
  unmasked: ['trace_id', 'span_id', 'item_id', 'started_at'],
  // Where it comes from is no part of what it says.
  toKey: ({ messages, tools, answer }) => JSON.stringify([messages, tools, answer]),
  toRecord(selected) {
    const asked = toAsked(selected);
    if (isRefusal(asked)) return asked;
    const { example, corrected } = selected;
    const { trace_id, span_id, item_id, session_id, user_id, model, started_at, tools } = example;
    const answered = example.answer ? toMessageText(example.answer) : '';
    const calls = example.answer?.tool_calls;
    const answer = corrected ? example.correction : answered || (calls ? JSON.stringify(calls) : '');
    if (answer === '') return refuse('no_assistant_message');
    const input = lastUserText(example.messages);
    const origin = { trace_id, span_id, item_id, session_id, user_id, model, started_at };
    return {
      ...origin,
      input,
      answer,
      answered,
      corrected,
      messages: asked,
      ...(tools.length > 0 ? { tools } : {}),
    };
  },
  toLine: (record) => `${CSV_COLUMNS.map((column) => toCell(record[column])).join(',')}\r\n`,
  // Its cells are free text: whatever they hold, they are read back as they are.
  validate: () => undefined,
};

function toCell(value: unknown): string {
  const plain = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  const text = FORMULA.test(plain) ? `'${plain}` : plain;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

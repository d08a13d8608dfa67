/** The messages that an item is asked with: by the run's template, by a list in the item, or as the item stands. */
import { lookUpPath } from '../../collector/record/template.ts';
import { fillIn, type Scope, toContentText } from '../graders/scope.ts';
import { GradeError } from '../graders/verdict.ts';
import type { AskedPrompt } from './sample-prompt.ts';
import type { Generation } from './run.ts';

type Json = Record<string, unknown>;
const user = (content: string): Json[] => [{ role: 'user', content }];

/** @throws GradeError invalid_variable where the item has nothing to ask */
export function toAskedMessages(source: Generation, scope: Scope, prompt: AskedPrompt | undefined): Json[] {
  const { input_messages } = source;
  if (input_messages?.type === 'template') {
    return input_messages.template.map((message) => ({
      role: message.role,
      content: fillIn(toContentText(message), scope),
    }));
  }
  if (input_messages) return toMessages(scope, input_messages.item_reference.replace(/\[(\d+)\]/g, '.$1'));
  if (prompt?.takesVariables) return [];
  const { input, messages } = scope.item;
  // A prompt brings its own instructions: of a logged call only what was asked goes behind it.
  if (prompt) {
    if (typeof input === 'string') return user(input);
    return Array.isArray(messages) ? toMessages(scope, 'item.messages').filter(isConversation) : [];
  }
  return toMessages(scope, Array.isArray(messages) ? 'item.messages' : 'item.input');
}

const isConversation = ({ role }: Json): boolean => role !== 'system' && role !== 'developer';

function toMessages(scope: Scope, path: string): Json[] {
  const value = lookUpPath(scope, path);
  if (typeof value === 'string') return user(value);
  if (Array.isArray(value) && value.length > 0) return value as Json[];
  throw new GradeError('invalid_variable', `The item has no messages in {{${path}}}.`);
}

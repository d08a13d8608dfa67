/** A prompt as it is being written, before it is a version. Pure: what the page does with it is in use-draft.ts. */
import {
  findVariables,
  renderTemplate,
  type PromptContent,
  type PromptMessage,
  type PromptVersion,
} from '../../../contract/prompts.ts';

export const ROLES = ['system', 'developer', 'user', 'assistant'] as const;

export type Draft = {
  content: PromptContent;
  /** The version it was begun from. */
  base: number;
  /** Of the prompt, when its author last looked: what publishing expects. */
  revision: number;
};

export const EMPTY_CONTENT: PromptContent = {
  messages: [
    { role: 'system', content: '' },
    { role: 'user', content: '' },
  ],
  model: '',
  params: {},
};

/** A copy that can be written in; a version has more members than a draft is made of. */
export function toContent(of: PromptContent | PromptVersion): PromptContent {
  const { messages, model, params } = of;
  return JSON.parse(JSON.stringify({ messages, model, params })) as PromptContent;
}

/** Whether both say the same, whatever the order of their settings. */
export function isSameContent(a: PromptContent, b: PromptContent): boolean {
  return sortedJson(toContent(a)) === sortedJson(toContent(b));
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    one && typeof one === 'object' && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

export function variablesOf(content: PromptContent): string[] {
  return findVariables(...content.messages.map((message) => message.content));
}

/** What keeps it from being published; undefined = nothing. */
export function findProblem(content: PromptContent): 'no_message' | 'all_empty' | undefined {
  if (content.messages.length === 0) return 'no_message';
  return content.messages.every((message) => message.content.trim() === '') ? 'all_empty' : undefined;
}

/** Pieces of a text: `name` where a variable stands. */
export type Piece = { text: string; name?: string };

/** Cuts a template at its variables; joined, the pieces are the template again. */
export function toPieces(template: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of template.matchAll(
    /\{\{\s*([\p{L}_][\p{L}\p{M}\p{N}_-]*(?:\.[\p{L}\p{M}\p{N}_-]+)*)\s*\}\}/gu,
  )) {
    if (found.index > from) pieces.push({ text: template.slice(from, found.index) });
    pieces.push({ text: found[0], name: found[1] ?? '' });
    from = found.index + found[0].length;
  }
  if (from < template.length) pieces.push({ text: template.slice(from) });
  return pieces;
}

export type PreviewPiece = Piece & { state: 'text' | 'filled' | 'empty' };
export type PreviewMessage = { role: PromptMessage['role']; pieces: PreviewPiece[] };

/** The messages as a model would get them; a variable without a value keeps its braces and is marked. */
export function toPreview(content: PromptContent, values: Record<string, string>): PreviewMessage[] {
  return content.messages.map((message) => ({
    role: message.role,
    pieces: toPieces(message.content).map((piece): PreviewPiece => {
      if (piece.name === undefined) return { ...piece, state: 'text' };
      const value = values[piece.name] ?? '';
      if (value === '') return { ...piece, state: 'empty' };
      return { ...piece, text: renderTemplate(piece.text, () => value), state: 'filled' };
    }),
  }));
}

/** Reads what an earlier visit has stored; undefined where it is none of ours. */
export function parseDraft(text: string | null): Draft | undefined {
  if (!text) return undefined;
  try {
    const draft = JSON.parse(text) as Partial<Draft>;
    const messages = draft.content?.messages;
    const good =
      Array.isArray(messages) &&
      messages.every(({ role, content }) => ROLES.includes(role) && typeof content === 'string') &&
      typeof draft.content?.model === 'string' &&
      typeof draft.content.params === 'object' &&
      typeof draft.base === 'number' &&
      typeof draft.revision === 'number';
    return good ? (draft as Draft) : undefined;
  } catch {
    return undefined;
  }
}

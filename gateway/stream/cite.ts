/**
 * What a searched answer gains: the `file_search_call` item ahead of the output, and an annotation for each [n] in a
 * text that is the number of a source. `index` is the marker's place in the text, in UTF-16 units.
 */
import type { Json } from '../prompts/ask.ts';

export type Cited = { file_id: string; filename: string };

export type Citing = {
  /** The `file_search_call` output item, completed; undefined where nothing was asked, so nothing searched. */
  item: (Json & { id: string }) | undefined;
  /** Source n is at n - 1. */
  sources: readonly Cited[];
  /** What the client had said, where something else went upstream. */
  said: { tools: unknown; tool_choice: unknown };
};

export type Annotation = { type: 'file_citation'; index: number } & Cited;

const MARKER = /\[(\d{1,3}(?:\s{0,2}[,、]\s{0,2}\d{1,3}){0,15})\]/g;
/** No marker is longer. */
const MARKER_CHARS = 16 * 8;

/** The citations in `text` whose markers end after `after`, in order. */
export function findCitations(text: string, sources: readonly Cited[], after = 0): Annotation[] {
  const from = Math.max(0, after - MARKER_CHARS);
  return [...text.slice(from).matchAll(MARKER)].flatMap(({ 0: marker, 1: numbers = '', index }) =>
    from + index + marker.length <= after ? [] : toAnnotations(numbers, from + index, sources),
  );
}

function toAnnotations(numbers: string, index: number, sources: readonly Cited[]): Annotation[] {
  return numbers.split(/[,、]/).flatMap((number) => {
    const source = sources[Number(number) - 1];
    if (!source) return [];
    return [{ type: 'file_citation', index, file_id: source.file_id, filename: source.filename }];
  });
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A content part with its citations after what annotations it has. */
export function annotatePart(part: unknown, { sources }: Citing): unknown {
  if (!isObject(part) || part['type'] !== 'output_text' || typeof part['text'] !== 'string') return part;
  const own = Array.isArray(part['annotations']) ? (part['annotations'] as unknown[]) : [];
  return { ...part, annotations: [...own, ...findCitations(part['text'], sources)] };
}

/** An output item, the parts of a message annotated. */
export function annotateItem(item: unknown, citing: Citing): unknown {
  if (!isObject(item) || item['type'] !== 'message' || !Array.isArray(item['content'])) return item;
  return { ...item, content: (item['content'] as unknown[]).map((part) => annotatePart(part, citing)) };
}

/** A response object with what the client had said; with `isFinal` also with the search and the citations. */
export function citeResponse(response: Json, citing: Citing, isFinal: boolean): Json {
  const { tools, tool_choice } = citing.said;
  const out: Json = { ...response };
  if (Array.isArray(response['tools'])) out['tools'] = tools;
  if (tool_choice !== undefined && response['tool_choice'] !== undefined) out['tool_choice'] = tool_choice;
  if (isFinal && Array.isArray(response['output'])) {
    const own = (response['output'] as unknown[]).map((item) => annotateItem(item, citing));
    out['output'] = citing.item ? [citing.item, ...own] : own;
  }
  return out;
}

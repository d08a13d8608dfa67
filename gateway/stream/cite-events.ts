/**
 * The answer of a searched call, streamed: the events of the search come before the upstream's first item, the
 * numbers of everything after are shifted, and a citation is announced as soon as its marker is complete. Events that
 * are not known here pass with their numbers shifted; what is no JSON passes as it is.
 */
import type { Rewriting } from '../steps/deliver.ts';
import type { Json } from '../prompts/ask.ts';
import {
  annotateItem,
  type Annotation,
  annotatePart,
  type Citing,
  citeResponse,
  findCitations,
  isObject,
} from './cite.ts';
import { createEventSplitter } from './events.ts';

/** Nothing of the answer has begun yet. */
const BEFORE_ITEMS = new Set([
  'response.created',
  'response.queued',
  'response.in_progress',
  'keepalive',
  'error',
]);
const FINAL = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/** What is known of one text part: its text so far, and how many annotations have been announced. */
type Part = { text: string; announced: number; ours: number };

/** A rewriting of one event stream. */
export function createCitingEvents(citing: Citing): Rewriting {
  const stream = new CitingEvents(citing);
  return createEventSplitter((event) => stream.take(event));
}

class CitingEvents {
  #citing: Citing;
  #parts = new Map<string, Part>();
  /** Output items that are ahead of the upstream's. */
  #items: number;
  /** Events that were added so far, and the number of the newest event. */
  #added = 0;
  #newest = -1;
  #hasSearch = false;

  constructor(citing: Citing) {
    this.#citing = citing;
    this.#items = citing.item ? 1 : 0;
  }

  /** The events that one of the upstream's becomes. */
  take(event: Json): Json[] {
    if (this.#hasSearch || BEFORE_ITEMS.has(String(event['type']))) return this.#rewrite(event);
    this.#hasSearch = true;
    const search = toSearchEvents(this.#citing).map((each) => this.#own(each));
    return [...search, ...this.#rewrite(event)];
  }

  #rewrite(event: Json): Json[] {
    const citing = this.#citing;
    switch (event['type']) {
      case 'response.output_text.delta':
        return this.#takeDelta(event);
      case 'response.output_text.done':
        return this.#takeText(event);
      case 'response.output_text.annotation.added':
        return [this.#shifted({ ...event, annotation_index: this.#partOf(event).announced++ })];
      case 'response.content_part.done':
        return [this.#shifted({ ...event, part: annotatePart(event['part'], citing) })];
      case 'response.output_item.done':
        return [this.#shifted({ ...event, item: annotateItem(event['item'], citing) })];
      default: {
        const { response } = event;
        if (!isObject(response)) return [this.#shifted(event)];
        const isFinal = FINAL.has(String(event['type']));
        return [this.#shifted({ ...event, response: citeResponse(response, citing, isFinal) })];
      }
    }
  }

  #takeDelta(event: Json): Json[] {
    const part = this.#partOf(event);
    const delta = typeof event['delta'] === 'string' ? event['delta'] : '';
    const before = part.text.length;
    part.text += delta;
    const passed = this.#shifted(event);
    if (!delta.includes(']')) return [passed];
    return [passed, ...this.#announce(event, part, findCitations(part.text, this.#citing.sources, before))];
  }

  #takeText(event: Json): Json[] {
    const part = this.#partOf(event);
    const text = typeof event['text'] === 'string' ? event['text'] : '';
    // Those that no delta has shown yet.
    const left = findCitations(text, this.#citing.sources).slice(part.ours);
    return [...this.#announce(event, part, left), this.#shifted(event)];
  }

  /** `event` says where the text is. */
  #announce(event: Json, part: Part, annotations: readonly Annotation[]): Json[] {
    const { item_id, output_index, content_index } = event;
    return annotations.map((annotation) => {
      part.ours++;
      const at = { item_id, output_index: Number(output_index) + this.#items, content_index };
      const annotation_index = part.announced++;
      return this.#own({
        type: 'response.output_text.annotation.added',
        ...at,
        annotation_index,
        annotation,
      });
    });
  }

  #own(event: Json): Json {
    this.#added++;
    this.#newest++;
    return { ...event, sequence_number: this.#newest };
  }

  #shifted(event: Json): Json {
    const out = { ...event };
    const { output_index, sequence_number } = event;
    if (typeof output_index === 'number') out['output_index'] = output_index + this.#items;
    if (typeof sequence_number !== 'number') return out;
    this.#newest = sequence_number + this.#added;
    out['sequence_number'] = this.#newest;
    return out;
  }

  #partOf(event: Json): Part {
    const key = `${String(event['output_index'])}:${String(event['content_index'])}`;
    const part = this.#parts.get(key) ?? { text: '', announced: 0, ours: 0 };
    this.#parts.set(key, part);
    return part;
  }
}

/** A search as it is told in a stream, without numbers. */
function toSearchEvents({ item }: Citing): Json[] {
  if (!item) return [];
  const at = { output_index: 0, item_id: item.id };
  const { results: _found, ...begun } = item;
  return [
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...begun, status: 'in_progress', queries: [] },
    },
    { type: 'response.file_search_call.in_progress', ...at },
    { type: 'response.file_search_call.searching', ...at },
    { type: 'response.file_search_call.completed', ...at },
    { type: 'response.output_item.done', output_index: 0, item },
  ];
}

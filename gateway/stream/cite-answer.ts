/** How the answer of a searched call is rewritten: as events, as one object, or not at all. */
import type { Rewrite, Rewriting } from '../steps/deliver.ts';
import { createCitingEvents } from './cite-events.ts';
import { type Citing, citeResponse, isObject } from './cite.ts';

const EMPTY = Buffer.alloc(0);

/** A rewrite for one answer. Errors and what is compressed pass as they are. */
export function createCitingAnswer(citing: Citing): Rewrite {
  return (status, headers) => {
    const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
    if (status >= 400 || !isPlain) return undefined;
    const type = headers['content-type'] ?? '';
    if (type.startsWith('text/event-stream')) return createCitingEvents(citing);
    return type.includes('json') ? createCitingObject(citing) : undefined;
  };
}

function createCitingObject(citing: Citing): Rewriting {
  const pieces: Buffer[] = [];
  return {
    push(piece) {
      pieces.push(piece);
      return EMPTY;
    },
    end() {
      const bytes = Buffer.concat(pieces.splice(0));
      try {
        const response: unknown = JSON.parse(bytes.toString('utf8'));
        if (!isObject(response) || !Array.isArray(response['output'])) return bytes;
        return Buffer.from(JSON.stringify(citeResponse(response, citing, true)));
      } catch {
        return bytes;
      }
    },
  };
}

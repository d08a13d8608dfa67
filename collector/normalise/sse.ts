/** Server-sent events out of captured bytes (WHATWG HTML, section 9.2.6), as far as model streams use them. */

export type SseEvent = { event: string; data: string };

/** All whole events of `text`; an unfinished one at the end is given too, for what was cut off still says something. */
export function parseSse(text: string): SseEvent[] {
  const events: SseEvent[] = [];
  let event = '';
  let data: string[] = [];
  const dispatch = (): void => {
    if (data.length > 0) events.push({ event, data: data.join('\n') });
    event = '';
    data = [];
  };
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    if (line === '') dispatch();
    else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
    else if (line.startsWith('event:')) event = line.slice(6).trim();
  }
  dispatch();
  return events;
}

/** The JSON objects that the events carry; what is no JSON (`[DONE]`, a cut last event) is left out. */
export function parseSseObjects(text: string): Record<string, unknown>[] {
  return parseSse(text).flatMap(({ data }) => {
    try {
      const value: unknown = JSON.parse(data);
      return typeof value === 'object' && value !== null ? [value as Record<string, unknown>] : [];
    } catch {
      return [];
    }
  });
}

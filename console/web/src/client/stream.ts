/** Routes that answer with server-sent events to a POST, which EventSource cannot ask. */
import type { Route } from '../../../contract/route.ts';
import { openResponse, type CallArgs } from './call.ts';

/**
 * Sends one request and hands over the `data` of every event as it comes, until the stream ends.
 * @throws ApiError when it is refused, AbortError when `signal` fires
 */
export async function streamEvents<R extends Route>(
  route: R,
  args: CallArgs<R>,
  on: { open?: (headers: Headers) => void; data: (text: string) => void },
): Promise<void> {
  const response = await openResponse(route, args, 'text/event-stream');
  on.open?.(response.headers);
  const events = createEventReader(on.data);
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) events.add(decoder.decode(bytes, { stream: true }));
  events.end();
}

/** Cuts a stream of text, in whatever pieces, into events; only their `data` is of interest here. */
export function createEventReader(onData: (text: string) => void): {
  add: (text: string) => void;
  end: () => void;
} {
  let rest = '';
  let data: string[] = [];
  const flush = (): void => {
    if (data.length > 0) onData(data.join('\n'));
    data = [];
  };
  const take = (line: string): void => {
    if (line === '') flush();
    else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
  };
  return {
    add(text) {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) take(line);
    },
    end() {
      if (rest) take(rest);
      rest = '';
      flush();
    },
  };
}

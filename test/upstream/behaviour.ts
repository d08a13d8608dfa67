/** What a test can tell the upstream to do with a request. All of it is plain JSON, so it also travels in a header. */
import type { Usage } from '../../gateway/upstreams/demo/answer.ts';

export type Behaviour = {
  /** Milliseconds before the head of the answer. */
  delayMs?: number;
  /** Milliseconds between two writes of the body. */
  betweenMs?: number;
  /** Answer with this status and `body` (an object is sent as JSON) instead of a model's answer. */
  status?: number;
  body?: unknown;
  /** Added to the answer's headers; null takes one out. */
  headers?: Record<string, string | null>;
  /** Break the connection after so many bytes of body, or writes of it: a reset, or a clean FIN too early. */
  cut?: { how: 'reset' | 'fin'; afterBytes?: number; afterWrites?: number };
  /** Write this to the socket instead of HTTP, and close it. */
  garbage?: string;
  /** Declare a content-length that is off by so many bytes. */
  contentLengthOff?: number;
  /** Never send the head, or never send the body after it. */
  hang?: 'head' | 'body';
  /** Make the answer's text about this long. */
  textBytes?: number;
  /** Send the text of a stream in so many deltas. */
  deltas?: number;
  /** Ignore event boundaries and write pieces of these sizes, the list repeated (`[1]` is a slow drip). */
  splits?: number[];
  /** A comment line after every so many events. */
  commentEvery?: number;
  /** Leave out `[DONE]`. */
  omitDone?: boolean;
  /** Refuse a request that has `stream_options` with 400, as older servers do. */
  refuseStreamOptions?: boolean;
  /** Compress the body, as providers do for a client that accepts it. */
  gzip?: boolean;
  /** Padding on the deltas of a stream; without it as the request says, else on. */
  obfuscate?: boolean;
  /** Instead of the numbers the upstream makes up. */
  usage?: Partial<Usage>;
};

/** Which requests a behaviour is for; every given member must fit. `contains` is looked for in the body. */
export type Pattern = { method?: string; path?: string; model?: string; contains?: string };

export type Recorded = {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
  /** The client went away before the answer was out. */
  aborted: boolean;
  /** Settles when the exchange is over, whichever way. */
  readonly over: Promise<void>;
};

/** `next` is the next request whatever it is, once; a pattern or function is for all that fit, from now on. */
export type Matcher = 'next' | Pattern | ((request: Recorded) => boolean);

export const BEHAVIOUR_HEADER = 'x-upstream-behaviour';

/** The JSON object in `bytes`, or an empty one. */
export function parseJson(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function fits(matcher: Matcher, request: Recorded): boolean {
  if (matcher === 'next') return true;
  if (typeof matcher === 'function') return matcher(request);
  const { method, path, model, contains } = matcher;
  return (
    (method === undefined || method === request.method) &&
    (path === undefined || path === request.path) &&
    (model === undefined || model === parseJson(request.body)['model']) &&
    (contains === undefined || request.body.includes(contains))
  );
}

/** The behaviours a test has scripted, newest first. */
export class Script {
  #lines: { matcher: Matcher; behaviour: Behaviour }[] = [];

  add(matcher: Matcher, behaviour: Behaviour): void {
    // several `next` are used up in the order they were given, patterns newest first
    if (matcher === 'next') {
      const nexts = this.#lines.filter((line) => line.matcher === 'next');
      const rest = this.#lines.filter((line) => line.matcher !== 'next');
      this.#lines = [...nexts, { matcher, behaviour }, ...rest];
    } else {
      const at = this.#lines.findIndex((line) => line.matcher !== 'next');
      this.#lines.splice(at === -1 ? this.#lines.length : at, 0, { matcher, behaviour });
    }
  }

  clear(): void {
    this.#lines = [];
  }

  /** The behaviour for `request`: scripted, or carried in its header, or none in particular. */
  take(request: Recorded): Behaviour {
    const index = this.#lines.findIndex((line) => fits(line.matcher, request));
    const line = this.#lines[index];
    if (line?.matcher === 'next') this.#lines.splice(index, 1);
    if (line !== undefined) return line.behaviour;
    const header = request.headers[BEHAVIOUR_HEADER];
    return typeof header === 'string' ? (JSON.parse(header) as Behaviour) : {};
  }
}

/** A streamed answer that gains a search and its citations, whatever pieces it comes in. */
import { describe, expect, it } from 'vitest';
import { createCitingAnswer } from '../../../gateway/stream/cite-answer.ts';
import { type Citing, findCitations } from '../../../gateway/stream/cite.ts';
import { toResponseEvents } from '../../../gateway/upstreams/demo/responses.ts';
import { type Answer, toSseText } from '../../../gateway/upstreams/demo/answer.ts';
import { createRandom } from './random-json.ts';

type Event = Record<string, unknown> & { type: string; sequence_number: number };

const SOURCES = [
  { file_id: 'file-1', filename: '返品.md' },
  { file_id: 'file-2', filename: 'terms.pdf' },
];
const ITEM = {
  id: 'fs_1',
  type: 'file_search_call',
  status: 'completed',
  queries: ['q'],
  results: [{ file_id: 'file-1' }],
};
const TOOLS = [{ type: 'file_search', vector_store_ids: ['vs_1'] }];
const CITING: Citing = { item: ITEM, sources: SOURCES, said: { tools: TOOLS, tool_choice: 'required' } };

const answer = (pieces: string[]): Answer => ({
  key: 'a'.repeat(24),
  created: 1,
  model: 'm',
  pieces,
  toolCalls: [],
  usage: { input: 1, cached: 0, output: 1, reasoning: 0 },
});

function cite(bytes: Buffer, sizes: () => number, citing = CITING): string {
  const rewriting = createCitingAnswer(citing)(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  if (!rewriting) throw new Error('it is not rewritten');
  let out = '';
  for (let at = 0; at < bytes.length;) {
    const size = sizes();
    out += rewriting.push(bytes.subarray(at, at + size)).toString();
    at += size;
  }
  return out + rewriting.end().toString();
}

function parse(text: string): Event[] {
  return text
    .split('\n\n')
    .filter(Boolean)
    .map((each) => {
      const [name, data] = each.split('\n');
      const event = JSON.parse(data?.replace('data: ', '') ?? '') as Event;
      expect(name).toBe(`event: ${event.type}`);
      return event;
    });
}

const streamOf = (pieces: string[], request = {}): Buffer =>
  Buffer.from(toResponseEvents(answer(pieces), request, { obfuscate: false }).map(toSseText).join(''));
const whole = () => 1_000_000;

// The markers are cut between deltas; [3] and [x] are none.
const PIECES = ['三十日以内 [', '1', ']です。', 'See [2][1], [3]', ' [x] and [1,', ' 2].'];
const TEXT = PIECES.join('');
const FOUND = [
  { type: 'file_citation', index: 6, ...SOURCES[0] },
  { type: 'file_citation', index: 16, ...SOURCES[1] },
  { type: 'file_citation', index: 19, ...SOURCES[0] },
  { type: 'file_citation', index: 36, ...SOURCES[0] },
  { type: 'file_citation', index: 36, ...SOURCES[1] },
];

describe('findCitations', () => {
  it('gives each number that is a source, where its marker stands', () => {
    expect(findCitations(TEXT, SOURCES)).toEqual(FOUND);
    for (const { index } of FOUND) expect(TEXT[index]).toBe('[');
    expect(findCitations('[0] [12345] [1 [1a] ［1］', SOURCES)).toEqual([]);
  });
});

describe('a stream', () => {
  const events = parse(cite(streamOf(PIECES, { tools: [] }), whole));
  const of = (type: string): Event[] => events.filter((event) => event.type === type);

  it('tells of the search before the first item of the upstream', () => {
    expect(events.map((event) => event.type).slice(0, 8)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.file_search_call.in_progress',
      'response.file_search_call.searching',
      'response.file_search_call.completed',
      'response.output_item.done',
      'response.output_item.added',
    ]);
    const { results: _results, ...begun } = ITEM;
    expect(of('response.output_item.added')[0]?.['item']).toEqual({
      ...begun,
      status: 'in_progress',
      queries: [],
    });
    expect(of('response.output_item.done')[0]).toMatchObject({ output_index: 0, item: ITEM });
  });

  it('counts without a gap, and puts the upstream’s items after ours', () => {
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_event, index) => index));
    const places = events.filter((event) => String(event['item_id']).startsWith('msg_'));
    expect(new Set(places.map((event) => event['output_index']))).toEqual(new Set([1]));
  });

  it('announces each citation once its marker is whole', () => {
    const added = of('response.output_text.annotation.added');
    expect(added.map((event) => event['annotation'])).toEqual(FOUND);
    expect(added.map((event) => event['annotation_index'])).toEqual([0, 1, 2, 3, 4]);
    expect(added[0]).toMatchObject({ item_id: `msg_${'a'.repeat(24)}`, output_index: 1, content_index: 0 });
    const at = events.findIndex((event) => event.type === 'response.output_text.annotation.added');
    expect(events[at - 1]?.['delta']).toBe(']です。');
  });

  it('ends with everything in its place, and with what the client had said', () => {
    expect(of('response.content_part.done')[0]?.['part']).toMatchObject({ text: TEXT, annotations: FOUND });
    expect(of('response.output_item.done')[1]?.['item']).toMatchObject({ content: [{ annotations: FOUND }] });
    expect(of('response.completed')[0]?.['response']).toMatchObject({
      tools: TOOLS,
      tool_choice: 'required',
      output: [ITEM, { type: 'message', content: [{ text: TEXT, annotations: FOUND }] }],
      usage: { total_tokens: 2 },
    });
    expect(of('response.created')[0]?.['response']).toMatchObject({ tools: TOOLS, output: [] });
  });

  it('is the same in whatever pieces it comes', () => {
    const bytes = streamOf(PIECES);
    const once = cite(bytes, whole);
    for (let seed = 0; seed < 60; seed++) {
      const random = createRandom(seed);
      expect(
        cite(bytes, () => 1 + Math.floor(random() * [3, 30, 300][seed % 3]!)),
        `seed ${seed}`,
      ).toBe(once);
    }
    expect(cite(Buffer.from(bytes.toString().replaceAll('\n', '\r\n')), whole)).toBe(once);
  });
});

describe('what else may come', () => {
  const own = (events: object[]) =>
    Buffer.from(events.map((data) => `data: ${JSON.stringify(data)}\n\n`).join(''));
  const created = { type: 'response.created', sequence_number: 0, response: { output: [] } };

  it('unknown events pass with shifted numbers, comments and other data as they are', () => {
    const strange = { type: 'response.new.thing', sequence_number: 1, output_index: 2, x: [1] };
    const bytes = Buffer.concat([
      own([created]),
      Buffer.from(': keepalive\n\n'),
      own([strange]),
      Buffer.from('data: [DONE]\n\nrest'),
    ]);
    const text = cite(bytes, whole);
    expect(text).toContain('}\n\n: keepalive\n\n');
    expect(text).toContain(JSON.stringify({ ...strange, sequence_number: 6, output_index: 3 }));
    expect(text.endsWith('data: [DONE]\n\nrest')).toBe(true);
  });

  it('keepalive and errors ahead of the first item do not bring the search forward', () => {
    const early = [
      created,
      { type: 'keepalive', sequence_number: 1 },
      { type: 'error', sequence_number: 2, message: 'm' },
    ];
    expect(cite(own(early), whole)).not.toContain('file_search_call');
  });

  it('a server that sends whole texts only still has its citations announced', () => {
    const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
    const done = { type: 'response.output_text.done', ...at, sequence_number: 1, text: 'so [1]' };
    const events = parse(cite(own([created, done]), whole));
    expect(events.slice(-2)).toMatchObject([
      { annotation: { index: 3 }, sequence_number: 6 },
      { text: 'so [1]', sequence_number: 7 },
    ]);
  });

  it('annotations of the upstream’s own stay, before ours', () => {
    const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
    const theirs = { type: 'url_citation', url: 'https://example.com' };
    const events = parse(
      cite(
        own([
          created,
          {
            type: 'response.output_text.annotation.added',
            ...at,
            sequence_number: 1,
            annotation_index: 0,
            annotation: theirs,
          },
          { type: 'response.output_text.delta', ...at, sequence_number: 2, delta: '[2]' },
          {
            type: 'response.content_part.done',
            ...at,
            sequence_number: 3,
            part: { type: 'output_text', text: '[2]', annotations: [theirs] },
          },
        ]),
        whole,
      ),
    );
    const added = events.filter((event) => event.type === 'response.output_text.annotation.added');
    expect(added.map((event) => event['annotation_index'])).toEqual([0, 1]);
    expect(events.at(-1)?.['part']).toMatchObject({ annotations: [theirs, { file_id: 'file-2' }] });
  });

  it('a failed answer has the search too', () => {
    const failed = {
      type: 'response.failed',
      sequence_number: 1,
      response: { status: 'failed', output: [] },
    };
    expect(parse(cite(own([created, failed]), whole)).at(-1)).toMatchObject({
      sequence_number: 6,
      response: { output: [ITEM] },
    });
  });

  it('an answer that is none of these is not touched', () => {
    const rewrite = createCitingAnswer(CITING);
    const json = { 'content-type': 'application/json' };
    expect(rewrite(400, json)).toBeUndefined();
    expect(rewrite(200, { 'content-type': 'text/plain' })).toBeUndefined();
    expect(rewrite(200, { ...json, 'content-encoding': 'gzip' })).toBeUndefined();
    const same = (text: string): string => {
      const rewriting = rewrite(200, json);
      rewriting?.push(Buffer.from(text));
      return rewriting?.end().toString() ?? '';
    };
    for (const text of ['{"object":"list"}', 'no json', '[]', '']) expect(same(text)).toBe(text);
  });
});

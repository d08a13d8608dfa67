/** What is measured: request and answer sizes, and how many calls make one measurement. */

export type Case = {
  name: string;
  requestBytes: number;
  answer: Answer;
  stream: boolean;
  /** The client asks for usage itself; else the gateway adds it and takes it out again. */
  includeUsage: boolean;
  /** Calls of one measurement: enough that the CPU clock's 10 ms ticks do not matter. */
  calls: number;
  connections: number;
};

/** Name and size of the upstream's fixed answers. */
export const ANSWERS = { 'answer-1k': 1024, 'answer-20k': 20 * 1024, 'answer-200k': 200 * 1024 } as const;
export type Answer = keyof typeof ANSWERS | 'stream-51';

const whole = { stream: false, includeUsage: false, connections: 32 } as const;
const streamed = {
  stream: true,
  calls: 1500,
  connections: 64,
  answer: 'stream-51',
  requestBytes: 1024,
} as const;

export const CASES: readonly Case[] = [
  { name: '1 KB in, 1 KB out', requestBytes: 1024, answer: 'answer-1k', calls: 8000, ...whole },
  { name: '20 KB in, 1 KB out', requestBytes: 20 * 1024, answer: 'answer-1k', calls: 6000, ...whole },
  { name: '20 KB in, 20 KB out', requestBytes: 20 * 1024, answer: 'answer-20k', calls: 4000, ...whole },
  { name: '200 KB in, 1 KB out', requestBytes: 200 * 1024, answer: 'answer-1k', calls: 600, ...whole },
  { name: '200 KB in, 200 KB out', requestBytes: 200 * 1024, answer: 'answer-200k', calls: 400, ...whole },
  { name: 'stream of 51 events, client asks for usage', includeUsage: true, ...streamed },
  { name: 'stream of 51 events, usage added and taken out', includeUsage: false, ...streamed },
];

const WORDS =
  'the gate on the old road asks every traveller for a name a reason and a paper 関所 手形 旅人 記録 before it opens'.split(
    ' ',
  );

/** Text of about `bytes` bytes that is not the same again and again. */
export function toFiller(bytes: number, seed: number): string {
  let state = (seed + 1) * 2654435761;
  const parts: string[] = [];
  for (let size = 0; size < bytes;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const word = `${WORDS[state % WORDS.length]}${state & 1023}`;
    parts.push(word);
    size += Buffer.byteLength(word) + 1;
  }
  return Buffer.from(parts.join(' ')).subarray(0, bytes).toString('utf8').replaceAll('\uFFFD', '');
}

/** Request bodies of a case: a few different ones, so that nothing downstream sees one text only. */
export function toBodies(item: Case, count = 16): Buffer[] {
  return Array.from({ length: count }, (_, seed) => {
    // `user` stands first: the upstream chooses its answer by it without parsing
    const body = {
      user: item.answer,
      model: 'gpt-4o-mini',
      ...(item.stream && { stream: true }),
      ...(item.includeUsage && { stream_options: { include_usage: true } }),
      temperature: 0.2,
      metadata: { app: 'bench' },
      messages: [
        { role: 'system', content: 'You are a helpful assistant.' },
        { role: 'user', content: '' },
      ],
    };
    const missing = item.requestBytes - Buffer.byteLength(JSON.stringify(body));
    body.messages[1]!.content = toFiller(Math.max(16, missing), seed);
    return Buffer.from(JSON.stringify(body));
  });
}

import { describe, expect, it } from 'vitest';
import { createTerminalDetector } from '../../../gateway/stream/terminal.ts';

/** What the detector says of each piece. */
function detect(pieces: readonly string[]): boolean[] {
  const isTerminal = createTerminalDetector();
  return pieces.map((piece) => isTerminal(Buffer.from(piece)));
}

/** Index of the byte that ends the stream, where it comes in single bytes; -1 if none does. */
const byByte = (text: string): number =>
  detect(Array.from(Buffer.from(text).toString('latin1'))).indexOf(true);

const CHUNK = 'data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"関所"}}]}\n\n';
const COMPLETED =
  'event: response.completed\ndata: {"type":"response.completed","response":{"usage":{"a":1}}}\n\n';

const STREAMS: [name: string, stream: string][] = [
  ['chat', `${CHUNK}${CHUNK}data: [DONE]\n\n`],
  ['chat, no space', `${CHUNK}data:[DONE]\n\n`],
  ['chat, CRLF', `${CHUNK}data: [DONE]\n\n`.replaceAll('\n', '\r\n')],
  ['nothing but the end', 'data: [DONE]\n\n'],
  ['responses', `event: response.created\ndata: {}\n\n${COMPLETED}`],
  ['responses, CRLF', `event: response.created\ndata: {}\n\n${COMPLETED}`.replaceAll('\n', '\r\n')],
  ['responses, failed', COMPLETED.replaceAll('completed', 'failed')],
  ['responses, incomplete', COMPLETED.replace('event: ', 'event:').replaceAll('completed', 'incomplete')],
  ['messages', 'event: message_delta\ndata: {}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n'],
];

describe.each(STREAMS)('the end of a stream: %s', (_name, stream) => {
  const bytes = Buffer.from(stream);

  it('is found in one piece', () => {
    expect(detect([stream])).toEqual([true]);
  });

  it('is found in the second of two pieces, cut at any byte, once', () => {
    // behind the marker itself the first piece may be it already
    for (let cut = 1; cut < bytes.length; cut++) {
      const isTerminal = createTerminalDetector();
      const said = [isTerminal(bytes.subarray(0, cut)), isTerminal(bytes.subarray(cut))];
      expect(said.filter(Boolean), `cut at ${cut}`).toHaveLength(1);
      if (cut < bytes.length - 4) expect(said[0], `cut at ${cut}`).toBe(false);
    }
  });

  it('is found where bytes come one by one, in threes, in elevens', () => {
    for (const size of [1, 3, 11, 39, 40, 41]) {
      const isTerminal = createTerminalDetector();
      const said: boolean[] = [];
      for (let at = 0; at < bytes.length; at += size) said.push(isTerminal(bytes.subarray(at, at + size)));
      expect(said.filter(Boolean), `pieces of ${size}`).toHaveLength(1);
      expect(said.slice(0, -4 / size - 1).some(Boolean), `pieces of ${size}`).toBe(false);
    }
  });
});

describe('no end of a stream', () => {
  it.each([
    ['the marker in a text', 'data: {"content":"data: [DONE]"}\n\n'],
    ['the marker in a text, after a line feed', 'data: {"content":"\\ndata: [DONE]\\n\\n"}\n\n'],
    ['the event’s name in a text', 'data: {"content":"event: response.completed\\n"}\n\n'],
    [
      'the event’s name as a type',
      'event: response.output_text.delta\ndata: {"type":"response.completed"}\n\n',
    ],
    ['another event', 'event: response.completed.soon\ndata: {}\n\n'],
    ['a comment', ': data: [DONE]\n\n'],
    ['another field', 'xdata: [DONE]\n\n'],
    ['a line of spaces before', ' data: [DONE]\n\n'],
  ])('is %s, however it is cut', (_name, text) => {
    const stream = CHUNK + text + CHUNK;
    const bytes = Buffer.from(stream);
    expect(detect([stream])).toEqual([false]);
    expect(byByte(stream)).toBe(-1);
    for (let cut = 1; cut < bytes.length; cut++) {
      const isTerminal = createTerminalDetector();
      const said = [bytes.subarray(0, cut), bytes.subarray(cut)].map((piece) => isTerminal(piece));
      expect(said, `cut at ${cut}`).toEqual([false, false]);
    }
  });

  it('is the marker in a text whose last forty bytes before the cut are anything', () => {
    const text = `data: {"content":"${'x'.repeat(60)}data: [DONE]${'y'.repeat(60)}"}\n\n`;
    for (const size of [12, 28, 40, 52]) {
      for (let from = 1; from < text.length - size; from++) {
        const pieces = [text.slice(0, from), text.slice(from, from + size), text.slice(from + size)];
        expect(detect(pieces), `${from}+${size}`).toEqual([false, false, false]);
      }
    }
  });
});

describe('the end of an event that says more than its name', () => {
  it('is where the event ends, so that all of it is recorded', () => {
    const usage = `data: {"type":"response.completed","response":{"text":"${'long '.repeat(2000)}"}}`;
    expect(
      detect(['event: response.completed\n', usage.slice(0, 5000), usage.slice(5000), '\n', '\n']),
    ).toEqual([false, false, false, false, true]);
  });
});

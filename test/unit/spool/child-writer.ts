/**
 * A process that writes to a spool until it is killed. It says `w <folder>` first, then `a <seq>` for each call whose
 * done was called, and `o <seq>` for each that it leaves open. What a call carries follows from its seq.
 */
import { writeSync } from 'node:fs';
import { SpoolWriter } from '../../../collector/spool/writer.ts';
import { answerOf, askOf, closeMeta, isLeftOpen, openMeta, SECRET } from './spool-calls.ts';

const [folder = ''] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

const writer = await new SpoolWriter({
  folder,
  secret: SECRET,
  maxBytes: 2 ** 40,
  onClosed: () => {},
  onTrouble: (line) => say(`t ${line}`),
}).start();
say(`w ${writer.folder}`);

/** Calls that have begun and get their end in a later turn, so that they span writes and segments. */
const waiting: number[] = [];

function work(): void {
  for (let i = 0; i < 5; i++) {
    const seq = writer.open(openMeta(), askOf(writer.highSeq + 1));
    writer.chunk(seq, answerOf(seq).subarray(0, 100));
    if (isLeftOpen(seq)) say(`o ${seq}`);
    else waiting.push(seq);
  }
  while (waiting.length > 12) {
    const seq = waiting.splice(Math.floor(waiting.length / 2), 1)[0] ?? 0;
    writer.close(seq, closeMeta(), answerOf(seq).subarray(100), () => say(`a ${seq}`));
  }
  // some segments close in the middle of it all, as they do by age
  if (writer.highSeq % 100 === 0) writer.flush();
  setImmediate(work);
}
work();

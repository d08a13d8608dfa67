/**
 * A process with a spool whose disk may refuse to write (its parent limits the size of its files). It does what each
 * line on its stdin says and answers each with one line of JSON.
 */
import { createInterface } from 'node:readline';
import { SpoolWriter } from '../../../collector/spool/writer.ts';
import { closeMeta, noise, openMeta, SECRET } from './spool-calls.ts';

const [folder = ''] = process.argv.slice(2);
const trouble: string[] = [];
const writer = await new SpoolWriter({
  folder,
  secret: SECRET,
  maxBytes: 2 ** 40,
  onClosed: () => {},
  onTrouble: (line) => void trouble.push(line),
}).start();

const EMPTY = Buffer.alloc(0);

const commands: Record<string, (...args: number[]) => unknown> = {
  open: (size = 0) => writer.open(openMeta(), noise(size)),
  chunk: (seq = 0, size = 0) => writer.chunk(seq, noise(size)),
  close: (seq = 0, size = 0) =>
    new Promise((resolve) =>
      writer.close(seq, closeMeta(), size > 0 ? noise(size) : EMPTY, () => resolve('done')),
    ),
  /** Everything that is queued is written, or refused. */
  settle: () => new Promise((resolve) => setTimeout(resolve, 30)),
  state: () => ({ lost: writer.quota.lost, canAccept: writer.canAccept, trouble }),
  flush: () => writer.flush(),
  stop: () => writer.stop(),
};

process.stdout.write(`${JSON.stringify({ folder: writer.folder, pid: process.pid })}\n`);
for await (const line of createInterface(process.stdin)) {
  const [name = '', ...args] = line.split(' ');
  const answer = await commands[name]?.(...args.map(Number));
  process.stdout.write(`${JSON.stringify({ answer: answer ?? null })}\n`);
}
writer.release();

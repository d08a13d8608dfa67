/**
 * The upstream as a process of its own; prints `{"url":…,"origin":…}` when it listens.
 *   node test/upstream/main.ts [--port 0] [--record] [--key KEY] [--behaviour JSON] [--detached]
 * It ends with its standard input, so that it never outlives the test that started it; `--detached` prevents that.
 */
import { parseArgs } from 'node:util';
import type { Behaviour } from './behaviour.ts';
import { startUpstream } from './upstream.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    record: { type: 'boolean', default: false },
    key: { type: 'string' },
    behaviour: { type: 'string', default: '{}' },
    detached: { type: 'boolean', default: false },
  },
});
const upstream = await startUpstream({
  port: Number(values.port),
  record: values.record,
  behaviour: JSON.parse(values.behaviour) as Behaviour,
  ...(values.key !== undefined && { apiKey: values.key }),
});
process.stdout.write(`${JSON.stringify({ url: upstream.url, origin: upstream.origin })}\n`);
const stop = () => void upstream.stop().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
if (!values.detached && !process.stdin.isTTY) process.stdin.on('end', stop).resume();

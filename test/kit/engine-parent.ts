/** A parent that starts an engine, says where it is, and waits for its own death. */
import { startTestEngine } from './engine.ts';

const { pid, url } = await startTestEngine({ dataDir: process.argv[2] ?? '' });
process.send?.({ pid, url });

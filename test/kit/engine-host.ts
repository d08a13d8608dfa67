/** What a test starts as the engine's process: the real start file, and nothing around it. */
import { loadConfig } from '../../config.ts';
import { startEngine } from '../../collector/store/start.ts';

try {
  const { url, stop } = await startEngine(loadConfig());
  process.on('message', (message) => {
    if (message === 'stop') void stop().then(() => process.exit(0));
  });
  process.send?.({ ready: true, url });
} catch (error) {
  process.send?.({ ready: false, reason: error instanceof Error ? error.message : String(error) });
  // SIGKILL: an engine that is half started may hang in its destructors.
  process.disconnect?.();
  process.kill(process.pid, 'SIGKILL');
}

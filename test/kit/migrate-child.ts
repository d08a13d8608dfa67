/**
 * A process that migrates and nothing else: `migrate-child.ts <url> <user> <password> <database> [die before nth]`.
 * It waits for a message, so that several begin at the same moment.
 */
import { once } from 'node:events';
import { openStore } from '../../collector/store/client.ts';
import { migrate } from '../../collector/store/migrate.ts';

const [url = '', user, password, database = '', deadly] = process.argv.slice(2);
process.send?.('here');
await once(process, 'message');
const store = await openStore({ url, user, password, database, secret: 'x'.repeat(32) });
let statement = 0;
const applied = await migrate(store, {
  report: () => {
    statement += 1;
    if (statement === Number(deadly)) process.kill(process.pid, 'SIGKILL');
  },
});
process.send?.(applied, () => process.exit(0));

/** A process that appends until it is killed; it says each seq once the append has returned. */
import { writeSync } from 'node:fs';
import { uuidv7 } from 'uuidv7';
import { openRegistry } from '../../collector/registry/store.ts';

const registry = openRegistry(process.argv[2] ?? '');
for (;;) {
  const id = `proj_${uuidv7()}`;
  const { seq } = registry.append({
    kind: 'project',
    id,
    project_id: id,
    body: { name: 'x'.repeat(100), status: 'active' },
    actor: 'system',
    reason: 'test',
    expected_revision: 0,
  });
  writeSync(1, `${seq} ${id}\n`);
}

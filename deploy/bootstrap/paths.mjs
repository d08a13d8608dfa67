/** Where things are, and what is pinned: the versions of Node and of the engine stand in package.json alone. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const MODULES = join(ROOT, 'node_modules');
/** What the bootstrap remembers; it goes when the installation goes. */
export const NOTES = join(MODULES, '.sekisho');

const PINS = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).optionalDependencies;
const OS = { win32: 'win' };

function findPin(prefix) {
  return PINS[Object.keys(PINS).find((name) => name.startsWith(prefix))];
}

/** The package that holds Node itself for this machine. */
export const NODE_PACKAGE = {
  name: `node-${OS[process.platform] ?? process.platform}-${process.arch}`,
  version: findPin('node-'),
};

/** The package that holds ClickHouse for this machine. */
export const ENGINE_PACKAGE = {
  name: `@chdb/lib-${process.platform}-${process.arch}${process.platform === 'linux' ? '-gnu' : ''}`,
  version: findPin('@chdb/lib-'),
};

/** The pinned Node in `modules`, or undefined. */
export function findPinnedNode(modules = MODULES) {
  const file = join(modules, NODE_PACKAGE.name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return existsSync(file) ? file : undefined;
}

/** The Node to run with: the pinned one, else this one where it is new enough. */
export function findNode() {
  return (
    findPinnedNode() ??
    (majorOf(process.version) >= majorOf(NODE_PACKAGE.version) ? process.execPath : undefined)
  );
}

/** 24 of 'v24.1.0' and of '24.1.0'. */
export function majorOf(version) {
  return Number(version.replace('v', '').split('.')[0]);
}

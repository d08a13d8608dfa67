import { describe, expect, it } from 'vitest';
import { listImports, listSources, readText } from '../kit/tree.ts';

type Package = Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Record<string, string>>;
const own = JSON.parse(readText('package.json')) as Package;
const lock = JSON.parse(readText('package-lock.json')) as {
  packages: Record<string, Package & { version: string; resolved?: string }>;
};

/** Used by their command or by name in a configuration, not by an import. */
const TOOLS = ['@types/express', '@types/node', 'oxfmt', 'oxlint', 'tailwindcss', 'vue-tsc'];

const imports = listSources()
  .flatMap(listImports)
  .filter(({ kind }) => kind === 'package');
const imported = (inside: (path: string) => boolean) =>
  new Set(imports.filter(({ from }) => inside(from)).map(({ to }) => to));
/** What runs on a server; the page is built beforehand, and tests are not shipped. */
const isServer = (path: string) => !path.startsWith('test/') && !path.startsWith('console/web/');

describe('packages', () => {
  it('imports every runtime dependency in what runs', () => {
    const used = imported((path) => !path.startsWith('test/'));
    expect(Object.keys(own.dependencies).filter((name) => !used.has(name))).toEqual([]);
  });

  it('uses every development dependency', () => {
    const used = imported(() => true);
    const idle = Object.keys(own.devDependencies).filter((name) => !used.has(name) && !TOOLS.includes(name));
    expect(idle).toEqual([]);
  });

  it('declares whatever a server imports as a runtime dependency', () => {
    expect([...imported(isServer)].filter((name) => !(name in own.dependencies))).toEqual([]);
  });

  it('declares whatever else is imported', () => {
    const all = { ...own.dependencies, ...own.devDependencies };
    expect([...imported(() => true)].filter((name) => !(name in all))).toEqual([]);
  });

  it('pins exact versions, the same in package.json and lockfile', () => {
    const all = { ...own.dependencies, ...own.devDependencies, ...own.optionalDependencies };
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual(
      [],
    );
    for (const [name, version] of Object.entries(all)) {
      expect(`${name}@${lock.packages[`node_modules/${name}`]?.version}`).toBe(`${name}@${version}`);
    }
  });

  it('locks the optional packages of every platform, or npm ci refuses to run', () => {
    const locked = Object.keys(lock.packages).map((path) => path.split('node_modules/').at(-1));
    const wanted = Object.values(lock.packages).flatMap((each) =>
      Object.keys(each.optionalDependencies ?? {}),
    );
    expect([...new Set(wanted)].filter((name) => !locked.includes(name))).toEqual([]);
  });

  it('names no address of a registry in the lockfile', () => {
    expect(Object.entries(lock.packages).filter(([, { resolved }]) => resolved)).toEqual([]);
  });
});

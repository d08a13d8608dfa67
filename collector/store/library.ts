/** Finds ClickHouse's library in the npm package of this platform. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Name of the package that holds the engine for `platform` and `arch`. */
export function enginePackage(platform: string = process.platform, arch: string = process.arch): string {
  return `@chdb/lib-${platform}-${arch}${platform === 'linux' ? '-gnu' : ''}`;
}

/** Path of libchdb.so. @throws Error naming the package when it is not installed. */
export function findEngineLibrary(name: string = enginePackage()): string {
  const missing =
    `The embedded ClickHouse is missing: npm package ${name} is not installed. ` +
    'Install it, or set CLICKHOUSE_URL to a ClickHouse of your own.';
  let folder: string;
  try {
    folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch (cause) {
    throw new Error(missing, { cause });
  }
  const path = join(folder, 'libchdb.so');
  if (!existsSync(path)) throw new Error(missing);
  return path;
}

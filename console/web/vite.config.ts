import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import tailwindcss from '@tailwindcss/vite';
import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Pages that most visits never open; what only they share does not belong to what every visit loads. */
const LATER = /\/src\/(prompts|sources|datasets|evals|exports|audit)\//;
type ModuleInfo = { importers: readonly string[]; dynamicImporters: readonly string[] };

/** Whether every way to module `id` leads through one of those pages. */
function isForLater(
  id: string,
  getInfo: (id: string) => ModuleInfo | null,
  seen = new Set<string>(),
): boolean {
  if (LATER.test(id)) return true;
  seen.add(id);
  const info = getInfo(id);
  const from = [...(info?.importers ?? []), ...(info?.dynamicImporters ?? [])];
  return from.length > 0 && from.every((one) => seen.has(one) || isForLater(one, getInfo, seen));
}

/** Writes `.br` and `.gz` beside each hashed asset, once here instead of at each request. */
function precompress(): Plugin {
  let folder = '';
  return {
    name: 'precompress',
    apply: 'build',
    configResolved(config) {
      folder = join(config.build.outDir, config.build.assetsDir);
    },
    async closeBundle() {
      if (!existsSync(folder)) return; // the build has failed, and says why
      for (const name of await readdir(folder)) {
        if (!/\.(js|css)$/.test(name)) continue;
        const bytes = await readFile(join(folder, name));
        await writeFile(join(folder, `${name}.br`), brotliCompressSync(bytes));
        await writeFile(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  root: here('.'),
  plugins: [vue(), tailwindcss(), precompress()],
  resolve: {
    // The page takes paths and types from the contract and trusts its own server's answers, so no schema ever runs
    // here: zod would be 27 KB (gzip) of dead weight, and its compiler probes `eval`, which the CSP forbids.
    alias: [{ find: /^zod$/, replacement: here('./src/client/no-zod.ts') }],
  },
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
    __INTLIFY_DROP_MESSAGE_COMPILER__: 'false',
  },
  build: {
    outDir: here('./dist'),
    emptyOutDir: true,
    manifest: true,
    target: 'es2024',
    modulePreload: { polyfill: false },
    // Nothing inline: the CSP is script-src 'self'.
    assetsInlineLimit: 0,
    rolldownOptions: {
      // What two pages share is one file: two dozen small ones would queue for a browser's six connections.
      output: {
        codeSplitting: {
          // A group takes what its modules import along: what everybody loads has to be taken first.
          groups: [
            {
              name: (id, context) => (isForLater(id, (one) => context.getModuleInfo(one)) ? null : 'shared'),
              debugName: 'shared',
              priority: 2,
              minShareCount: 2,
            },
            { name: 'later', priority: 1, minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: { port: 5173, strictPort: true, proxy: { '/api': 'http://127.0.0.1:3000' } },
});

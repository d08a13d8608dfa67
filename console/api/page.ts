/** The page as it was built: hashed assets for ever, everything else is its index. */
import { existsSync } from 'node:fs';
import { extname, join, normalize, sep } from 'node:path';
import express, { type Request, type Response, type Router } from 'express';

/** Best first; the build may have made none of them. */
const ENCODINGS = [
  { name: 'br', ending: '.br' },
  { name: 'gzip', ending: '.gz' },
] as const;
const YEAR_S = 365 * 24 * 3600;

/** Serves `folder`; only GET and HEAD get this far. */
export function createPageRouter(folder: string): Router {
  const router = express.Router({ strict: true });
  router.use((request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const isAsset = request.path.startsWith('/assets/');
    const file = findFile(folder, request.path);
    // A missing asset is an error and not the page: an old tab would take HTML for a script.
    if (!file && (isAsset || extname(request.path) !== '')) return next();
    if (!file && !existsSync(join(folder, 'index.html'))) {
      response.status(503).type('text').send('The page is not built. Run: npm run build\n');
      return;
    }
    // Its name has the hash of its content.
    const cache = isAsset ? `public, max-age=${YEAR_S}, immutable` : 'no-cache';
    response.set('cache-control', cache).vary('accept-encoding');
    sendBest(request, response, folder, file ?? 'index.html');
  });
  return router;
}

/** The path of an existing file below `folder`, relative to it. */
function findFile(folder: string, path: string): string | undefined {
  if (path.endsWith('/') || path.includes('%') || path.includes('\0')) return undefined;
  const relative = normalize(path).slice(1);
  const isInside =
    relative !== '' && !relative.split(sep).some((part) => part === '..' || part.startsWith('.'));
  return isInside && existsSync(join(folder, relative)) ? relative : undefined;
}

function sendBest(request: Request, response: Response, folder: string, file: string): void {
  const best = ENCODINGS.find(
    ({ name, ending }) => request.acceptsEncodings(name) && existsSync(join(folder, file + ending)),
  );
  response.type(extname(file));
  if (best) response.set('content-encoding', best.name);
  response.sendFile(file + (best?.ending ?? ''), { root: folder, cacheControl: false, dotfiles: 'ignore' });
}

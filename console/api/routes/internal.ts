/** What only other rooms may ask: they show a hop token. */
import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { AppError } from '../../../errors.ts';
import { findHopSigner, HOP_HEADER } from '../../../collector/keys/derive.ts';
import { answerTail } from '../../../collector/registry/serve.ts';
import type { ConsoleContext } from '../context.ts';

const tailQuery = z.object({
  after: z.coerce.number().int().min(0).default(0),
  head: z.string().max(64).default(''),
  wait: z.coerce.number().int().min(0).default(0),
});

/** `GET /internal/registry?after=seq&head=hash&wait=ms`: see `collector/registry/serve.ts`. */
export function createInternalRouter(context: ConsoleContext): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  router.use('/internal', (request, _response, next) => {
    if (!findHopSigner(context.secret, request.get(HOP_HEADER), 'console')) {
      throw new AppError('forbidden', 'Only rooms of this installation may ask this.');
    }
    next();
  });
  router.get('/internal/registry', (request, response) => serveTail(context, request, response));
  return router;
}

async function serveTail(
  { registry, stopping }: ConsoleContext,
  request: Request,
  response: Response,
): Promise<void> {
  const query = tailQuery.safeParse(request.query);
  if (!query.success) throw new AppError('invalid_query', 'after, head and wait are not valid.');
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.set('cache-control', 'no-store');
  response.json(await answerTail(registry, query.data, AbortSignal.any([gone.signal, stopping])));
}

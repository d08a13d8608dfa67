/** What only other rooms may ask: they show a hop token. Their API of apps is in `v1.ts`. */
import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { AppError } from '../../../errors.ts';
import { findHopSigner, HOP_HEADER } from '../../../collector/keys/derive.ts';
import { REGISTRY_KINDS, type RegistryKind } from '../../../collector/record/registry.ts';
import { answerTail } from '../../../collector/registry/serve.ts';
import type { Append } from '../../../collector/registry/store.ts';
import type { ConsoleContext } from '../context.ts';

const tailQuery = z.object({
  after: z.coerce.number().int().min(0).default(0),
  head: z.string().max(64).default(''),
  wait: z.coerce.number().int().min(0).default(0),
});

/** What jobs write: their own progress, and the files they make. Nothing that gives anybody a right. */
const JOB_KINDS: readonly RegistryKind[] = [
  'file',
  'vector_store_file',
  'dataset_version',
  'dataset',
  'eval_run',
  'export',
];
const APPEND_LIMIT = '32mb';

const appendBody = z.strictObject({
  kind: z.enum(REGISTRY_KINDS).refine((kind) => JOB_KINDS.includes(kind), 'is not for rooms to write'),
  id: z.string().min(1).max(200),
  project_id: z.string().min(1),
  body: z.record(z.string(), z.unknown()),
  actor: z.string().min(1),
  reason: z.string().max(500),
  expected_revision: z.number().int().min(0),
});

/**
 * `GET /internal/registry?after=seq&head=hash&wait=ms`: see `collector/registry/serve.ts`.
 * `POST /internal/registry` appends one revision of a job and answers with it; 409 where somebody was quicker.
 */
export function createInternalRouter(context: ConsoleContext): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  router.use('/internal', (request, _response, next) => {
    if (!findHopSigner(context.secret, request.get(HOP_HEADER), 'console')) {
      throw new AppError('forbidden', 'Only rooms of this installation may ask this.');
    }
    next();
  });
  router.post('/internal/registry', express.json({ limit: APPEND_LIMIT }), (request, response) => {
    if (findHopSigner(context.secret, request.get(HOP_HEADER), 'console') !== 'evals') {
      throw new AppError('forbidden', 'Only the room that does the jobs may write.');
    }
    const entry = appendBody.safeParse(request.body);
    if (!entry.success) throw new AppError('invalid_body', entry.error.issues[0]?.message ?? 'not valid');
    const { kind, id, project_id } = entry.data;
    const project = context.registry.view.find(kind, id)?.project_id ?? project_id;
    if (project !== project_id) throw new AppError('invalid_body', 'This object is of another project.');
    // The registry checks the body against its kind.
    response.json(context.registry.append(entry.data as Append<RegistryKind>));
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

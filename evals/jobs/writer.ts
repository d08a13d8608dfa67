/** How jobs write the registry: through the console, which alone has it open. */
import { HOP_HEADER, signHop } from '../../collector/keys/derive.ts';
import type { RegistryBody, RegistryKind, Revision } from '../../collector/record/registry.ts';
import type { RegistryEntry, RegistryView } from '../../collector/registry/view.ts';
import { AppError, type ErrorCode, ERROR_CODES } from '../../errors.ts';

const TIMEOUT_MS = 20_000;
/** A revision is here as soon as it is made; longer than this means that the console is away. */
const SEEN_MS = 10_000;

export type RegistryWriter = {
  /** Makes an object. Resolves when this room's own view has it. @throws AppError already_exists and others */
  create<K extends RegistryKind>(
    object: { kind: K; id: string; project_id: string; body: RegistryBody<K> },
    reason: string,
  ): Promise<RegistryEntry<K>>;
  /**
   * Replaces members of an entry's body, if nobody has changed it since. Resolves when this room's own view has it.
   * @throws AppError revision_conflict
   */
  revise<K extends RegistryKind>(
    entry: RegistryEntry<K>,
    change: Partial<RegistryBody<K>>,
    reason: string,
  ): Promise<RegistryEntry<K>>;
};

/** A writer for the registry of the console at `url`. */
export function createRegistryWriter(url: string, secret: string, view: RegistryView): RegistryWriter {
  const append = async (entry: object): Promise<Revision> => {
    const response = await fetch(`${url}/internal/registry`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [HOP_HEADER]: signHop(secret, 'evals', 'console') },
      body: JSON.stringify(entry),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
    });
    const answer = (await response.json()) as Revision & { error?: { code: string; message: string } };
    if (response.ok) return answer;
    const { code = '', message = `the console answered ${response.status}` } = answer.error ?? {};
    throw new AppError(code in ERROR_CODES ? (code as ErrorCode) : 'internal_error', message);
  };
  const appendAndSee = async <K extends RegistryKind>(entry: {
    kind: K;
    id: string;
    project_id: string;
    body: RegistryBody<K>;
    expected_revision: number;
    reason: string;
  }): Promise<RegistryEntry<K>> => {
    const { seq } = await append({ ...entry, actor: 'evals' });
    await view.waitFor(seq, SEEN_MS);
    const seen = view.find(entry.kind, entry.id);
    if (!seen) throw new Error(`revision ${seq} of the registry did not arrive`);
    return seen;
  };
  return {
    create: (object, reason) => appendAndSee({ ...object, expected_revision: 0, reason }),
    revise(entry, change, reason) {
      const { kind, id, project_id, revision, body } = entry;
      const next = { ...body, ...change } as RegistryBody<typeof kind>;
      return appendAndSee({ kind, id, project_id, body: next, expected_revision: revision, reason }) as never;
    },
  };
}

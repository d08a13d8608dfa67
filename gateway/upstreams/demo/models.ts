/** The models list of the demo. */
import { DEMO_MODELS } from './trouble.ts';

const CREATED = 1_790_000_000;

/** One model in OpenAI's shape; every name exists here, as every name is answered. */
export function toModel(id: string): object {
  return { id, object: 'model', created: CREATED, owned_by: 'sekisho-demo' };
}

export function toModelList(): object {
  return { object: 'list', data: DEMO_MODELS.map(toModel) };
}

/** The items that are given with a run: a long list is kept on disk, so that the registry stays small. */
import { runDataSource, type RunDataSource } from '../../../collector/record/eval.ts';
import { toItemFields } from '../../../evals/graders/check.ts';
import { checkDataSource } from '../../../evals/runs/check.ts';
import { keepItems, readItems, toGivenItems } from '../../../evals/runs/items.ts';
import { getReadableVersion } from '../../../evals/datasets/read.ts';
import type { RegistryBody } from '../../../collector/record/registry.ts';
import { AppError } from '../../../errors.ts';
import type { ConsoleContext } from '../context.ts';
import { getFileEntry } from './files.ts';

const MAX_INLINE_BYTES = 65_536;
/** A run is looked at every second while it goes on; longer lists are not repeated each time. */
const MAX_ECHO_BYTES = 1_000_000;

type Body = RegistryBody<'eval_run'>;
type Kept = Pick<Body, 'data_source' | 'items_sha256' | 'total'>;

const invalid = (param: string, message: string): AppError =>
  new AppError('invalid_body', `${param}: ${message}`, { param });

/** Checks the source, and fixes what can be fixed at once. @throws AppError invalid_body | not_found */
export async function toKeptSource(
  { registry, contents }: ConsoleContext,
  project_id: string,
  data_source: RunDataSource,
  config: RegistryBody<'eval'>['data_source_config'],
): Promise<Kept> {
  checkDataSource(data_source);
  const { source } = data_source;
  const open = { data_source, items_sha256: '', total: 0 };
  if (source.type === 'file_id') {
    getFileEntry({ registry }, project_id, source.id);
  }
  if (source.type === 'dataset') {
    const wanted = source.version ?? undefined;
    const { body } = getReadableVersion(registry.view, project_id, source.dataset_id, wanted);
    return { ...open, data_source: withSource(data_source, { ...source, version: body.version }) };
  }
  if (source.type !== 'file_content') return open;
  const { content } = source;
  if (content.length === 0) throw invalid('data_source.source.content', 'needs at least one item');
  if (config.type === 'custom') checkItems(content, config.item_schema);
  if (Buffer.byteLength(JSON.stringify(content)) <= MAX_INLINE_BYTES) return open;
  const { sha256, total } = await keepItems(contents, project_id, toGivenItems(content));
  const data = withSource(data_source, { type: 'file_content', content: [] });
  return { data_source: data, items_sha256: sha256, total };
}

const withSource = (data_source: RunDataSource, source: RunDataSource['source']): RunDataSource =>
  runDataSource.parse({ ...data_source, source });

/** That each item has what its schema requires; types are the criteria's business. */
function checkItems(
  content: readonly { item: Record<string, unknown> }[],
  schema: Record<string, unknown>,
): void {
  const { required } = schema;
  const known = toItemFields(schema);
  const names = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
  for (const [index, { item }] of content.entries()) {
    const missing = names.find((name) => !Object.hasOwn(item, name));
    const at = `data_source.source.content.${index}.item`;
    if (missing) throw invalid(at, `lacks ${missing}, which item_schema requires`);
    const strange =
      schema['additionalProperties'] === false && Object.keys(item).find((name) => !known?.includes(name));
    if (strange) throw invalid(at, `has ${strange}, which item_schema does not allow`);
  }
}

/** `data_source` with a list that was kept on disk put back, unless it is very long. */
export async function toShownSource(
  { contents }: ConsoleContext,
  project_id: string,
  { data_source, items_sha256 }: Body,
): Promise<RunDataSource> {
  const { source } = data_source;
  if (source.type !== 'file_content' || source.content.length > 0 || items_sha256 === '') return data_source;
  const content = [];
  let bytes = 0;
  for await (const { item, sample } of readItems(contents, project_id, items_sha256)) {
    bytes += JSON.stringify(item).length;
    if (bytes > MAX_ECHO_BYTES) return data_source;
    content.push(Object.keys(sample).length > 0 ? { item, sample } : { item });
  }
  return { ...data_source, source: { ...source, content } };
}

/** The shop's help pages as a vector store, for `file_search`. */
import { toFile } from 'openai';
import { type Desk, isOver, waitFor } from './desk.ts';
import { HELP_PAGES } from './help-pages.ts';

const NAME = 'Aoba-do help pages';

/** Makes the store, or adds the pages that it lacks. Resolves to its id when all of it can be searched. */
export async function leaveSource(desk: Desk): Promise<string> {
  const { client, signal } = desk;
  const found = await findStore(desk);
  const body = { name: NAME, description: 'What the support answers from.' };
  // The setting decides where a model is not named.
  const model = desk.models.embedding === '' ? {} : { embedding_model: desk.models.embedding };
  const store = found ?? (await client.vectorStores.create({ ...body, ...model } as typeof body, { signal }));
  const there = new Set<unknown>();
  for await (const { attributes } of client.vectorStores.files.list(store.id, {}, { signal })) {
    there.add(attributes?.['page']);
  }
  const missing = HELP_PAGES.filter(({ page }) => !there.has(page));
  for (const { page, language, filename, text } of missing) {
    const file = await toFile(Buffer.from(text), filename);
    const { id: file_id } = await client.files.create({ file, purpose: 'assistants' }, { signal });
    const attributes = { page, language };
    await client.vectorStores.files.create(store.id, { file_id, attributes }, { signal });
  }
  const ask = () => client.vectorStores.retrieve(store.id, { signal });
  const { file_counts } = await waitFor(desk, 'Reading the help pages', ask, isOver);
  const what = `${NAME}, ${file_counts.completed} of ${file_counts.total} files can be searched`;
  desk.tell('source', missing.length === 0 ? `${what}, was there` : what);
  return store.id;
}

async function findStore({ client, signal }: Desk): Promise<{ id: string } | undefined> {
  for await (const store of client.vectorStores.list({ limit: 100 }, { signal })) {
    if (store.name === NAME) return store;
  }
  return undefined;
}

/** The stock SDK asks for what Sekisho manages: prompts from the registry, and answers from searched files. */
import { join } from 'node:path';
import OpenAI from 'openai';
import { uuidv7 } from 'uuidv7';
import { beforeAll, expect, test } from 'vitest';
import type { PromptContent } from '../../collector/record/prompt.ts';
import { openRegistry, type Registry } from '../../collector/registry/store.ts';
import { bootSekisho, type Booted } from '../kit/boot.ts';
import { waitUntil } from '../kit/wait.ts';

let sekisho: Booted;
let client: OpenAI;
let registry: Registry;
let project_id: string;
const ID = `pmpt_${uuidv7()}`;

beforeAll(async () => {
  sekisho = await bootSekisho();
  client = new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 0 });
  registry = openRegistry(join(sekisho.dataDir, 'registry.db'));
  project_id = registry.view.listProjects()[0]?.id ?? '';
  publish(1, 'Short answer for {{name}}: {{question}}', { production: 1 });
  publish(2, 'Long answer for {{name}}: {{question}}', { production: 1, next: 2 });
  await waitUntil('the gateway to know them', () =>
    sendChat('prompt:reply@next').then(
      () => true,
      () => false,
    ),
  );
  return () => registry.close();
});

const by = { actor: 'system', reason: 'test' } as const;

function publish(version: number, content: string, labels: Record<string, number>): void {
  const said: PromptContent = {
    messages: [{ role: 'user', content }],
    model: 'gpt-4o-mini',
    params: { temperature: 0.3 },
  };
  const body = { ...said, prompt_id: ID, version, note: '' };
  registry.append({
    ...by,
    kind: 'prompt_version',
    id: `${ID}@${version}`,
    project_id,
    body,
    expected_revision: 0,
  });
  setLabels(labels, version);
}

function setLabels(labels: Record<string, number>, latest_version: number): void {
  const body = { name: 'reply', description: '', labels, latest_version, status: 'active' } as const;
  const expected_revision = registry.view.find('prompt', ID)?.revision ?? 0;
  registry.append({ ...by, kind: 'prompt', id: ID, project_id, body, expected_revision });
}

const variables = { name: '関', question: 'Where is my order 88213?' };
/** A model and what the SDK passes on without knowing it. */
const toChat = (model: string) => {
  const body = { model, messages: [], prompt_variables: variables };
  return body;
};
const sendChat = (model: string) => client.chat.completions.create(toChat(model));

type Row = {
  prompt_name: string;
  prompt_version: number;
  label: string;
  variables: string;
  input_preview: string;
  request_model: string;
};

async function findRow(response_id: string): Promise<Row | undefined> {
  await sekisho.flush();
  const sql = `SELECT prompt_name, prompt_version, attributes['sekisho.prompt.label'] AS label, request_model,
    attributes['sekisho.prompt.variables'] AS variables, input_preview FROM spans WHERE response_id = {response_id:String}`;
  return (await sekisho.query<Row>(sql, { response_id }))[0];
}

test('responses with a prompt, by id and version or label', async () => {
  const response = await client.responses.create({ prompt: { id: ID, version: '2', variables } });
  expect(response.output_text).toContain('Long answer for 関: Where is my order 88213?');
  expect(response.temperature).toBe(0.3);
  expect(await findRow(response.id)).toEqual({
    prompt_name: 'reply',
    prompt_version: 2,
    label: '',
    variables: JSON.stringify(variables),
    input_preview: 'Long answer for 関: Where is my order 88213?',
    request_model: 'gpt-4o-mini',
  });
});

test('chat with a prompt for its model, streamed too; a label that moves is followed', async () => {
  const before = await sendChat('prompt:reply');
  expect(await findRow(before.id)).toMatchObject({ prompt_version: 1, label: 'production' });
  setLabels({ production: 2 }, 2);
  await waitUntil(
    'the label to have moved',
    async () => {
      const stream = await client.chat.completions.create({
        ...toChat('prompt:reply@production'),
        stream: true,
      });
      let text = '';
      let id = '';
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? '';
        ({ id } = chunk);
      }
      return text.includes('Long answer') && (await findRow(id))?.prompt_version === 2;
    },
    2000,
  );
});

test('errors are those that the SDK knows', async () => {
  const wrong = client.responses.create({ prompt: { id: ID, variables: { name: 'x' } } });
  await expect(wrong).rejects.toThrow(OpenAI.BadRequestError);
  await expect(wrong).rejects.toThrow('there is no value for question');
  await expect(sendChat('prompt:nobody')).rejects.toThrow(OpenAI.NotFoundError);
  const unknown = `vs_${uuidv7()}`;
  const search = client.responses.create({
    model: 'gpt-4o-mini',
    input: 'x',
    tools: [{ type: 'file_search', vector_store_ids: [unknown] }],
  });
  await expect(search).rejects.toThrow(OpenAI.NotFoundError);
});

test('files that are for the provider go there', async () => {
  const file = new File(['{}'], 'batch.jsonl');
  await expect(client.files.create({ file, purpose: 'batch' })).rejects.toThrow('Simulated');
});

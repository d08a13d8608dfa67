/** Trying a prompt out: a draft sent through the gateway, what apps really filled in, and models to choose from. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PROMPT_HEADER } from '../../../collector/keys/derive.ts';
import { listPromptInputs } from '../../../collector/queries/list-prompt-inputs.ts';
import { listUsedModels } from '../../../collector/queries/list-used-models.ts';
import type { PromptParams } from '../../../collector/record/prompt.ts';
import {
  MAX_RENDERED_CHARS,
  MissingVariableError,
  renderTemplate,
} from '../../../collector/record/template.ts';
import { AppError } from '../../../errors.ts';
import * as contract from '../../contract/prompts.ts';
import { defineEndpoint } from '../endpoint.ts';
import { getPromptEntry } from './prompts.ts';

/** The words of chat completions for what a prompt version says. */
function toChatParams(params: PromptParams): Record<string, unknown> {
  const { max_output_tokens, ...same } = params;
  return {
    ...same,
    ...(max_output_tokens === undefined ? {} : { max_completion_tokens: max_output_tokens }),
  };
}

/** @throws AppError invalid_body that names the placeholder without a value */
function render(text: string, variables: Readonly<Record<string, string>>): string {
  try {
    return renderTemplate(text, (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined));
  } catch (error) {
    if (error instanceof RangeError) throw tooLong();
    if (!(error instanceof MissingVariableError)) throw error;
    throw new AppError('invalid_body', error.message, { param: `variables.${error.variable}` });
  }
}

const tooLong = (): AppError =>
  new AppError('invalid_body', 'The prompt is too long once its variables are filled in.', {
    param: 'variables',
  });

/** All messages filled in. @throws AppError invalid_body, also where they are too long together */
function renderAll(messages: readonly contract.PromptMessage[], variables: Readonly<Record<string, string>>) {
  let length = 0;
  return messages.map(({ role, content }) => {
    const text = render(content, variables);
    length += text.length;
    if (length > MAX_RENDERED_CHARS) throw tooLong();
    return { role, content: text };
  });
}

const tryPrompt = defineEndpoint(
  contract.tryPrompt,
  async ({ gateway, registry, stopping }, { params, body, response }) => {
    const { messages, model, params: options, variables, prompt } = body;
    if (model === '') throw new AppError('invalid_body', 'Choose a model.', { param: 'model' });
    const named = prompt && getPromptEntry(registry, params.project_id, prompt.id);
    const rendered = renderAll(messages, variables);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const answer = await gateway
      .open({
        project_id: params.project_id,
        path: '/v1/chat/completions',
        body: {
          model,
          messages: rendered,
          ...toChatParams(options),
          stream: true,
          stream_options: { include_usage: true },
        },
        purpose: 'playground',
        headers: named && prompt ? { [PROMPT_HEADER]: `${named.id}@${prompt.version}` } : {},
        signal: AbortSignal.any([gone.signal, stopping]),
      })
      .catch((cause: unknown) => {
        if (gone.signal.aborted) return undefined;
        throw new AppError('upstream_unreachable', 'The gateway does not answer.', { cause });
      });
    if (!answer) return;
    // Status and body as the app would get them: an error of the provider is what one wants to see here.
    response.status(answer.status);
    for (const name of ['content-type', 'x-sekisho-trace-id', 'x-request-id']) {
      const value = answer.headers.get(name);
      if (value !== null) response.set(name, value);
    }
    response.set('x-accel-buffering', 'no').flushHeaders();
    if (!answer.body) return void response.end();
    // Either end may break off; the other one is then closed, and there is nobody left to tell.
    await pipeline(Readable.fromWeb(answer.body as never), response).catch(() => {});
  },
);

const listInputs = defineEndpoint(
  contract.listPromptInputs,
  async ({ registry, store }, { params, query }) => {
    const { project_id, prompt_id } = params;
    const prompt = getPromptEntry(registry, project_id, prompt_id);
    const question = { project_id, prompt_id: prompt.id, limit: query.limit };
    return { inputs: await listPromptInputs(await store(), question) };
  },
);

const listModels = defineEndpoint(contract.listModels, async ({ gateway, store }, { params }) => {
  const { project_id } = params;
  const question = { project_id, path: '/v1/models', body: undefined, purpose: 'playground' } as const;
  // Neither source is needed: some providers list nothing, and a database that is away is no reason to type blindly.
  const [listed, used] = await Promise.all([
    gateway
      .ask({ ...question, signal: AbortSignal.timeout(5_000) })
      .then(({ body }) => (body as { data?: { id: string }[] } | undefined)?.data?.map(({ id }) => id) ?? [])
      .catch(() => []),
    store()
      .then((open) => listUsedModels(open, project_id))
      .catch(() => []),
  ]);
  const names = [...used.filter((name) => !name.startsWith('prompt:')), ...listed];
  return { models: [...new Set(names.filter((name) => typeof name === 'string'))] };
});

export const promptTryEndpoints = [tryPrompt, listInputs, listModels];

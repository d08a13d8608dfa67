/** What a newcomer needs to send a first call, and whether it has arrived. */
import OpenAI, { APIConnectionError, APIError } from 'openai';
import { AppError } from '../../../errors.ts';
import { firstApiKey, firstIngestToken } from '../../../collector/keys/first.ts';
import { hashToken } from '../../../collector/keys/token.ts';
import { findNewestCall } from '../../../collector/queries/newest-call.ts';
import { findLastRejected } from '../../../collector/queries/system/rejected.ts';
import type { Role } from '../../../collector/record/registry.ts';
import * as contract from '../../contract/onboarding.ts';
import { KEY_MANAGERS } from '../../contract/route.ts';
import type { ConsoleContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import { findUpstream, toPublicGatewayUrl } from '../rooms.ts';

const TEST_CALL_TIMEOUT_MS = 30_000;
const DEMO_MODEL = 'demo-small';
const FALLBACK_MODEL = 'gpt-4o-mini';

/** The first key's text, while it is a usable key of this project. */
function findFirstKey({ registry, secret, config }: ConsoleContext, project_id: string): string | undefined {
  const text = firstApiKey(secret, config.SEKISHO_API_KEY);
  return registry.view.findKey(hashToken(secret, text))?.project_id === project_id ? text : undefined;
}

function findFirstIngestToken({ registry, secret }: ConsoleContext, project_id: string): string | undefined {
  const text = firstIngestToken(secret);
  return registry.view.findIngestToken(hashToken(secret, text))?.project_id === project_id ? text : undefined;
}

const maySeeKeys = (role: Role | undefined): boolean =>
  role !== undefined && (KEY_MANAGERS as readonly Role[]).includes(role);

const getOnboarding = defineEndpoint(contract.getOnboarding, async (context, { params, caller }) => {
  const { project_id } = params;
  const store = await context.store();
  const [upstream, first_call, last_rejected] = await Promise.all([
    findUpstream(context.urls.gateway),
    findNewestCall(store, project_id),
    findLastRejected(store),
  ]);
  const gateway = toPublicGatewayUrl(context.config);
  const mayKnow = maySeeKeys(caller.role);
  const token = mayKnow ? findFirstIngestToken(context, project_id) : undefined;
  return {
    base_url: `${gateway}/v1`,
    api_key: (mayKnow && findFirstKey(context, project_id)) || null,
    passthrough_url: token ? `${gateway}/k/${token}/v1` : null,
    upstream,
    first_call: first_call ?? null,
    last_rejected: last_rejected ?? null,
  };
});

/** With the stock SDK, so that what works here works for an app that does the same. */
const sendTestCall = defineEndpoint(contract.sendTestCall, async (context, { params }) => {
  const apiKey = findFirstKey(context, params.project_id);
  if (!apiKey) throw new AppError('not_found', 'This project has no first key, or it was revoked.');
  const { gateway } = context.urls;
  const upstream = await findUpstream(gateway);
  // Everything the SDK would read from the environment is said here: this call goes to our gateway and nowhere else.
  const client = new OpenAI({
    baseURL: `${gateway}/v1`,
    apiKey,
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: TEST_CALL_TIMEOUT_MS,
    logLevel: 'off',
  });
  try {
    const model = upstream === 'demo' ? DEMO_MODEL : await findModel(client);
    const { data, response } = await client.chat.completions
      .create({ model, messages: [{ role: 'user', content: 'Say hello in one short sentence.' }] })
      .withResponse();
    const trace_id = response.headers.get('x-sekisho-trace-id') ?? '';
    return { trace_id, text: data.choices?.[0]?.message?.content ?? '' };
  } catch (error) {
    throw toTestCallError(error);
  }
});

async function findModel(client: OpenAI): Promise<string> {
  try {
    const { data } = await client.models.list();
    return data[0]?.id ?? FALLBACK_MODEL;
  } catch (error) {
    // Not every provider lists its models.
    if (error instanceof APIError && error.status !== undefined) return FALLBACK_MODEL;
    throw error;
  }
}

function toTestCallError(error: unknown): unknown {
  const cause = { cause: error };
  if (error instanceof APIConnectionError) {
    return new AppError('upstream_unreachable', 'The gateway does not answer.', cause);
  }
  if (!(error instanceof APIError)) return error;
  const message = `The test call was answered with status ${error.status}. It is in the call list, with the answer.`;
  return new AppError('upstream_invalid_response', message, cause);
}

export const onboardingEndpoints = [getOnboarding, sendTestCall];

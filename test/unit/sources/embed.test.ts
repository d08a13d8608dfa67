import { describe, expect, it } from 'vitest';
import { embedTexts } from '../../../evals/sources/embed.ts';
import type { GatewayClient, ModelQuestion } from '../../../evals/gateway-client.ts';

const base64 = (values: number[]): string => Buffer.from(Float32Array.from(values).buffer).toString('base64');

/** What the gateway would hand on from an upstream. */
function answering(status: number, body: unknown) {
  const asked: ModelQuestion[] = [];
  const gateway: GatewayClient = {
    ask(question) {
      asked.push(question);
      return Promise.resolve({ status, body, trace_id: '', span_id: '' });
    },
    open: () => Promise.reject(new Error('not asked')),
  };
  const embed = () => embedTexts(gateway, { project_id: 'p', model: 'm', texts: ['a', 'b'] });
  return { asked, embed };
}

describe('embeddings', () => {
  it('are asked for as floats, for what they are for', async () => {
    const { asked, embed } = answering(200, { data: [{ embedding: [1, 2] }, { embedding: [3, 4] }] });
    expect(await embed()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(asked).toMatchObject([
      {
        project_id: 'p',
        path: '/v1/embeddings',
        purpose: 'embedding',
        body: { model: 'm', input: ['a', 'b'], encoding_format: 'float' },
      },
    ]);
  });

  it('are understood in base64, and in any order', async () => {
    const data = [
      { index: 1, embedding: base64([0.5, -2]) },
      { index: 0, embedding: [1, 0] },
    ];
    expect(await answering(200, { data }).embed()).toEqual([
      [1, 0],
      [0.5, -2],
    ]);
  });

  it.each([
    ['nothing', undefined],
    ['too few', { data: [{ embedding: [1] }] }],
    ['of different lengths', { data: [{ embedding: [1] }, { embedding: [1, 2] }] }],
    ['empty', { data: [{ embedding: [] }, { embedding: [] }] }],
    [
      'one twice',
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 0, embedding: [1] },
        ],
      },
    ],
    ['no numbers', { data: [{ embedding: base64([Number.NaN]) }, { embedding: [1] }] }],
  ])('are refused for good when they are %s', async (_name, body) => {
    await expect(answering(200, body).embed()).rejects.toMatchObject({
      name: 'PermanentError',
      message: 'The embedding model m did not answer with embeddings.',
    });
  });

  it.each([400, 401, 404, 413])(
    'are given up at status %i, without the words of the upstream',
    async (status) => {
      const refused = answering(status, { error: { message: 'words of the upstream' } }).embed();
      await expect(refused).rejects.toMatchObject({ name: 'PermanentError', code: 'server_error' });
      await expect(refused).rejects.toThrow(`answered with status ${status}.`);
      await expect(refused).rejects.not.toThrow('words of the upstream');
    },
  );

  it.each([408, 429, 500, 503])('are asked for again later after status %i', async (status) => {
    await expect(answering(status, {}).embed()).rejects.not.toMatchObject({ name: 'PermanentError' });
  });
});

/** First owner, sign-in, who am I. */
import { z } from 'zod';
import { role } from '../../collector/record/registry.ts';
import { defineRoute } from './route.ts';

const email = z.email().max(200);
export const newPassword = z.string().min(12).max(200);

export const getSetup = defineRoute({
  method: 'GET',
  path: '/api/setup',
  access: 'anonymous',
  /** `needed` until the first owner exists. */
  response: z.object({ needed: z.boolean() }),
});

/** Uses the one-time link that the start printed; signs in. */
export const setUp = defineRoute({
  method: 'POST',
  path: '/api/setup',
  access: 'anonymous',
  body: z.object({
    token: z.string().min(1).max(200),
    email,
    name: z.string().min(1).max(100),
    password: newPassword,
  }),
  response: z.object({ account_id: z.string() }),
});

export const signIn = defineRoute({
  method: 'POST',
  path: '/api/sign-in',
  access: 'anonymous',
  body: z.object({ email, password: z.string().min(1).max(200) }),
  response: z.object({ account_id: z.string() }),
});

export const signOut = defineRoute({
  method: 'POST',
  path: '/api/sign-out',
  access: 'signed-in',
  response: z.object({}),
});

export const getMe = defineRoute({
  method: 'GET',
  path: '/api/me',
  access: 'signed-in',
  response: z.object({
    account_id: z.string(),
    email: z.string(),
    name: z.string(),
    role,
    projects: z.array(z.object({ id: z.string(), name: z.string() })),
  }),
});

/** First owner, sign-in, sign-out, who am I. */
import type { Request, Response } from 'express';
import { AppError } from '../../../errors.ts';
import { verifyPassword } from '../../../collector/registry/password.ts';
import { ROLES } from '../../../collector/record/registry.ts';
import * as contract from '../../contract/session.ts';
import type { ConsoleContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import { findSessionToken, setSessionToken } from '../guard/cookie.ts';
import { createFirstOwner, hasOwner, isSetupToken } from '../owner.ts';

const addressOf = (request: Request): string => request.ip ?? '';

/** The one place where a session begins: the token of before, if any, ends, so none can be planted. */
function beginSession(
  context: ConsoleContext,
  request: Request,
  response: Response,
  account_id: string,
): void {
  const { sessions } = context.registry;
  const before = findSessionToken(context.config, request);
  if (before) sessions.end(before);
  setSessionToken(context.config, request, response, sessions.create(account_id));
}

const getSetup = defineEndpoint(contract.getSetup, ({ registry }) => ({ needed: !hasOwner(registry) }));

const setUp = defineEndpoint(contract.setUp, async (context, { body, request, response }) => {
  const { registry, secret, throttle } = context;
  if (hasOwner(registry)) throw new AppError('forbidden', 'The installation is set up already. Sign in.');
  throttle.take('set-up', addressOf(request));
  if (!isSetupToken(secret, body.token)) {
    throw new AppError('wrong_credentials', 'This set-up link is not valid. The start prints the right one.');
  }
  throttle.forget('set-up', addressOf(request));
  const account_id = await createFirstOwner(registry, body, 'set-up link');
  beginSession(context, request, response, account_id);
  return { account_id };
});

const signIn = defineEndpoint(contract.signIn, async (context, { body, request, response }) => {
  const { registry, throttle } = context;
  const address = addressOf(request);
  throttle.take(body.email, address);
  const account = registry.accounts.findByEmail(body.email);
  // Same work and same words whether the e-mail is known or not.
  const isRight = await verifyPassword(body.password, account?.password_hash);
  if (!account || !isRight || registry.view.membersOfAccount(account.id).length === 0) {
    throw new AppError('wrong_credentials', 'E-mail or password is not right.');
  }
  throttle.forget(body.email, address);
  beginSession(context, request, response, account.id);
  return { account_id: account.id };
});

const signOut = defineEndpoint(contract.signOut, (context, { caller, request, response }) => {
  context.registry.sessions.end(caller.token);
  setSessionToken(context.config, request, response, undefined);
  return {};
});

const getMe = defineEndpoint(contract.getMe, ({ registry }, { caller }) => {
  const account = registry.accounts.find(caller.account_id);
  const members = registry.view.membersOfAccount(caller.account_id);
  const role = caller.role ?? ROLES.find((name) => members.some((member) => member.body.role === name));
  if (!account || !role) throw new AppError('not_signed_in', 'Sign in first.');
  const isOfAll = members.some((member) => member.project_id === '');
  const projects = registry.view
    .listProjects()
    .filter(({ id }) => isOfAll || members.some((member) => member.project_id === id));
  return {
    account_id: account.id,
    email: account.email,
    name: account.name,
    role,
    projects: projects.map(({ id, body }) => ({ id, name: body.name })),
  };
});

export const sessionEndpoints = [getSetup, setUp, signIn, signOut, getMe];

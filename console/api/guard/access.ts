/** Who asks, and whether they may: deny by default. */
import { AppError } from '../../../errors.ts';
import { type Role, ROLES } from '../../../collector/record/registry.ts';
import type { Route } from '../../contract/route.ts';
import type { RegistryView } from '../../../collector/registry/view.ts';
import type { Caller, ConsoleContext } from '../context.ts';

/** The strongest role of an account in a project, or with `project_id` '' in the whole installation. */
export function findRole(view: RegistryView, account_id: string, project_id: string): Role | undefined {
  const roles = view
    .membersOfAccount(account_id)
    .filter((member) => member.project_id === '' || member.project_id === project_id)
    .map((member) => member.body.role);
  return ROLES.find((role) => roles.includes(role));
}

/**
 * The caller of `route`, or undefined where anyone may call it.
 * @throws AppError not_signed_in | not_found (a project that is not theirs looks like none) | forbidden
 */
export function checkAccess(
  context: Pick<ConsoleContext, 'registry'>,
  route: Route,
  request: { token: string | undefined; project_id: string | undefined },
  options: { touch?: boolean } = {},
): Caller | undefined {
  if (route.access === 'anonymous') return undefined;
  const { registry } = context;
  const { token = '', project_id } = request;
  const account_id = token === '' ? undefined : registry.sessions.findAccountId(token, options);
  if (!account_id || registry.view.membersOfAccount(account_id).length === 0) {
    throw new AppError('not_signed_in', 'Sign in first.');
  }
  const role = findRole(registry.view, account_id, project_id ?? '');
  if (project_id !== undefined && (!role || registry.view.getProject(project_id)?.body.status !== 'active')) {
    throw new AppError('not_found', 'There is no such project.');
  }
  if (route.access !== 'signed-in' && (!role || !route.access.includes(role))) {
    throw new AppError('forbidden', 'Your role does not allow this.');
  }
  return { actor: account_id, account_id, token, role };
}

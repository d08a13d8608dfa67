/** Who is signed in. Module-level: there is one person per page. */
import { computed, shallowRef } from 'vue';
import type { CallResult } from '../client/call.ts';
import type { Route } from '../../../contract/route.ts';
import { getMe, signOut } from '../../../contract/session.ts';
import { ApiError } from '../client/api-error.ts';
import { call } from '../client/call.ts';

export type Me = CallResult<typeof getMe>;

const me = shallowRef<Me>();

/** The signed-in person; undefined until loadMe() has answered, and after signing out. */
export const currentMe = computed(() => me.value);

let asking: Promise<Me | undefined> | undefined;

/** Asks once who is signed in; undefined when nobody is. @throws ApiError for any other failure. */
export async function loadMe(): Promise<Me | undefined> {
  if (me.value) return me.value;
  asking ??= askForMe().finally(() => (asking = undefined));
  return asking;
}

async function askForMe(): Promise<Me | undefined> {
  try {
    me.value = await call(getMe, {});
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.status === 401) return undefined;
    throw thrown;
  }
  return me.value;
}

/** Forgets who is signed in; after this loadMe() asks again. */
export function forgetMe(): void {
  me.value = undefined;
}

/** Ends the session at the server as well. */
export async function endSession(): Promise<void> {
  await call(signOut, {});
  forgetMe();
}

/** Whether the signed-in person's role may call `route`; the server decides again. */
export function mayCall(route: Route): boolean {
  if (route.access === 'anonymous') return true;
  if (!me.value) return false;
  return route.access === 'signed-in' || route.access.includes(me.value.role);
}

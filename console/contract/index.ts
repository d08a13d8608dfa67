/** Every route of the REST API, one list. */
import * as calls from './calls.ts';
import * as health from './health.ts';
import * as keys from './keys.ts';
import * as onboarding from './onboarding.ts';
import * as session from './session.ts';

export const ROUTES = [
  session.getSetup,
  session.setUp,
  session.signIn,
  session.signOut,
  session.getMe,
  onboarding.getOnboarding,
  onboarding.sendTestCall,
  calls.listCalls,
  calls.listCallFacets,
  calls.getCall,
  calls.streamCalls,
  keys.listKeys,
  keys.createKey,
  keys.revokeKey,
  health.getHealth,
] as const;

/** Keys and tokens derived from the one secret: HKDF-SHA256 (RFC 5869) with a purpose, so no key serves two ends. */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

const HOP_LIFETIME_S = 300;

export type Room = 'gateway' | 'collector' | 'console' | 'evals' | 'main';

/** `length` bytes for `purpose`, the same at every call. */
export function deriveKey(secret: string, purpose: string, length = 32): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'sekisho', purpose, length));
}

/** A token that lets room `from` call room `to` for five minutes. */
export function signHop(secret: string, from: Room, to: Room): string {
  const expires = Math.floor(Date.now() / 1000) + HOP_LIFETIME_S;
  const payload = `${from}>${to}.${expires}`;
  const mac = createHmac('sha256', deriveKey(secret, `room:${from}>${to}`))
    .update(payload)
    .digest('base64url');
  return `${payload}.${mac}`;
}

/** The room that signed `token` for `to`, or undefined if it is forged, expired, or meant for another room. */
export function findHopSigner(secret: string, token: string | undefined, to: Room): Room | undefined {
  const match = /^(gateway|collector|console|evals|main)>([a-z]+)\.(\d{1,12})\.([\w-]{43})$/.exec(
    token ?? '',
  );
  if (!match || match[2] !== to || Number(match[3]) < Date.now() / 1000) return undefined;
  const from = match[1] as Room;
  const payload = `${from}>${to}.${match[3]}`;
  const mac = createHmac('sha256', deriveKey(secret, `room:${from}>${to}`))
    .update(payload)
    .digest();
  return timingSafeEqual(mac, Buffer.from(match[4] ?? '', 'base64url')) ? from : undefined;
}

/** Header that carries a hop token. */
export const HOP_HEADER = 'x-sekisho-hop';
/** Project that a room asks for; believed only with a hop token. */
export const PROJECT_HEADER = 'x-sekisho-project';
/** Id of the Sekisho key behind a call that the gateway hands to the console; believed only with a hop token. */
export const KEY_HEADER = 'x-sekisho-key';
/** Why a room asks a model (`judge`, `sample`, `embedding`, `playground`): tag `sekisho:<purpose>` of the span. */
export const PURPOSE_HEADER = 'x-sekisho-purpose';
/** `<prompt id>@<version>`: the prompt that a room's call is a draft of; believed only with a hop token. */
export const PROMPT_HEADER = 'x-sekisho-prompt';

/** Ids tell ours and the provider's apart: ours are a prefix and a UUIDv7. */
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether `id` is one that we made. */
export function isOurId(prefix: string, id: string): boolean {
  return id.startsWith(prefix) && UUID_V7.test(id.slice(prefix.length));
}

/** Where to go after signing in: a path of this page, never another site. */
export function toLocalPath(next: unknown): string {
  // "//host" and "/\host" are other sites to a browser.
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : '/';
}

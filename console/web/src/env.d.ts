/** What Vite understands besides TypeScript; `vite/client` would bring much more than the page uses. */
declare module '*.css';
interface ImportMeta {
  readonly env: { readonly DEV: boolean };
}

/** Messages of pages that most visits never open: each section comes with its first page, in the language shown. */
type Tree = { [key: string]: string | Tree };
type Load = Record<'en' | 'ja', () => Promise<Tree>>;

export const sections = {
  prompts: {
    en: async () => (await import('./en/prompts.ts')).prompts,
    ja: async () => (await import('./ja/prompts.ts')).prompts,
  },
  sources: {
    en: async () => (await import('./en/sources.ts')).sources,
    ja: async () => (await import('./ja/sources.ts')).sources,
  },
  datasets: {
    en: async () => (await import('./en/datasets.ts')).datasets,
    ja: async () => (await import('./ja/datasets.ts')).datasets,
  },
  evals: {
    en: async () => (await import('./en/evals.ts')).evals,
    ja: async () => (await import('./ja/evals.ts')).evals,
  },
  exports: {
    en: async () => (await import('./en/exports.ts')).exports,
    ja: async () => (await import('./ja/exports.ts')).exports,
  },
  audit: {
    en: async () => (await import('./en/audit.ts')).audit,
    ja: async () => (await import('./ja/audit.ts')).audit,
  },
} satisfies Record<string, Load>;

export type Section = keyof typeof sections;
export const SECTIONS = Object.keys(sections) as Section[];

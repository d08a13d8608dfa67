/**
 * Keys and tokens that can be told by their look: each row a prefix nobody writes by chance, and what follows it. The
 * shapes are those that the providers publish for secret scanning, as the rules of gitleaks and GitHub have them.
 */
import { type Detector, findAll } from './detector.ts';

type Shape = {
  kind: string;
  /** A text without one of these holds none; looking for them is far cheaper than the pattern. */
  marks: readonly string[];
  /** What follows a place where no letter, digit or underscore stands. */
  body: string;
  source: string;
};

const WORD = '[A-Za-z0-9]';
const LOOSE = '[A-Za-z0-9_-]';

/** The more special before the more general: where two fit, the first names it. */
export const TOKEN_SHAPES: readonly Shape[] = [
  {
    kind: 'sekisho_key',
    marks: ['sk-sekisho-'],
    body: `sk-sekisho-${LOOSE}{16,}`,
    source: 'collector/keys/token.ts',
  },
  {
    kind: 'sekisho_ingest_token',
    marks: ['it-'],
    body: `it-${WORD}{49}(?!${LOOSE})`,
    source: 'collector/keys/token.ts',
  },
  {
    kind: 'anthropic_key',
    marks: ['sk-ant-'],
    body: `sk-ant-${LOOSE}{20,}`,
    source: 'Anthropic: sk-ant-api03-, sk-ant-admin01-, sk-ant-oat01-',
  },
  {
    kind: 'openrouter_key',
    marks: ['sk-or-'],
    body: 'sk-or-v\\d-[0-9a-f]{32,}',
    source: 'OpenRouter: sk-or-v1- and 64 hex digits',
  },
  {
    kind: 'openai_key',
    marks: ['sk-', 'sess-'],
    // After a bare sk- no dashes: CSS classes (sk-fading-circle) and package names begin like that as well.
    body: `(?:sk-(?:proj|svcacct|admin|service|None)-${LOOSE}{20,}|sk-${WORD}{20,}|sess-${WORD}{40})`,
    source: 'OpenAI: sk-, sk-proj-, sk-svcacct-, sk-admin-; many other providers say sk- too',
  },
  {
    kind: 'github_token',
    marks: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    body: '(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})',
    source: 'GitHub: about authentication, token formats',
  },
  {
    kind: 'gitlab_token',
    marks: ['glpat-', 'gldt-', 'glrt-'],
    body: `gl(?:pat|dt|rt)-${LOOSE}{20,}`,
    source: 'GitLab: token overview, prefixes',
  },
  {
    kind: 'google_key',
    marks: ['AIza', 'GOCSPX-', 'ya29.'],
    body: `(?:AIza${LOOSE}{35}(?!${LOOSE})|GOCSPX-${LOOSE}{28}(?!${LOOSE})|ya29\\.${LOOSE}{30,})`,
    source: 'Google Cloud: API keys (39 characters), OAuth client secrets and access tokens',
  },
  {
    kind: 'slack_token',
    marks: ['xox', 'xapp-'],
    body: '(?:xox[abceoprs](?:\\.xox[bp])?-[A-Za-z0-9-]{10,}|xapp-\\d-[A-Za-z0-9-]{10,})',
    source: 'Slack: token types',
  },
  {
    kind: 'slack_webhook',
    marks: ['hooks.slack.com/'],
    body: 'hooks\\.slack\\.com/(?:services|workflows|triggers)/(?<secret>[A-Za-z0-9/+]{20,})',
    source: 'Slack: incoming webhooks',
  },
  {
    kind: 'stripe_key',
    marks: ['k_live_', 'k_test_', 'whsec_'],
    body: '(?:[spr]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/]{20,}={0,2})',
    source: 'Stripe: API keys; whsec_ is also that of Standard Webhooks',
  },
  {
    kind: 'huggingface_token',
    marks: ['hf_'],
    body: 'hf_[A-Za-z0-9]{34,}',
    source: 'Hugging Face: user access tokens',
  },
  {
    kind: 'npm_token',
    marks: ['npm_'],
    body: 'npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])',
    source: 'npm: about access tokens',
  },
  {
    kind: 'model_provider_key',
    marks: ['gsk_', 'xai-', 'pplx-', 'r8_', 'tgp_v1_', 'fw_', 'nvapi-'],
    body: `(?:gsk_${WORD}{40,}|xai-${WORD}{60,}|pplx-${WORD}{40,}|r8_${WORD}{37,}|tgp_v1_${LOOSE}{40,}|fw_${WORD}{22,}|nvapi-${LOOSE}{60,})`,
    source: 'Groq, xAI, Perplexity, Replicate, Together, Fireworks, NVIDIA: the keys their consoles give out',
  },
  {
    kind: 'sendgrid_key',
    marks: ['SG.'],
    body: `SG\\.${LOOSE}{16,}\\.${LOOSE}{16,}`,
    source: 'SendGrid: SG. and two parts of 22 and 43',
  },
  {
    kind: 'jwt',
    marks: ['eyJ'],
    // The dash: otherwise each eyJ of a long `-eyJ-eyJ` would be tried up to its end.
    body: `(?<!-)eyJ${LOOSE}{8,}\\.eyJ${LOOSE}{8,}\\.${LOOSE}{16,}`,
    source: 'RFC 7519: base64url of {" begins with eyJ',
  },
];

const toDetector = ({ kind, marks, body }: Shape): Detector => {
  const pattern = new RegExp(`(?<![A-Za-z0-9_])${body}`, 'g');
  return (text) => (marks.some((mark) => text.includes(mark)) ? findAll(kind, pattern, text) : []);
};

export const tokenDetectors: readonly Detector[] = TOKEN_SHAPES.map(toDetector);

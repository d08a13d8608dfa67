/** One of each kind of secret, made up; put together here so that no scanner of repositories takes them for real. */
import { API_KEY_PREFIX, createToken, INGEST_TOKEN_PREFIX } from '../../../collector/keys/token.ts';

const mixed = (length: number): string => 'aB3dE5fG7h'.repeat(10).slice(0, length);
const upper = (length: number): string => 'ABCD2EFG3H'.repeat(4).slice(0, length);
const hex = (length: number): string => '0123456789abcdef'.repeat(8).slice(0, length);
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = [
  { alg: 'HS256', typ: 'JWT' },
  { sub: '1234567890', name: 'Taro' },
]
  .map(base64url)
  .join('.');

export const PEM = [
  `-----BEGIN RSA ${'PRIVATE'} KEY-----`,
  ...Array.from({ length: 12 }, () => mixed(64)),
  `${mixed(20)}==`,
  `-----END RSA ${'PRIVATE'} KEY-----`,
].join('\n');

/** Kind, and a text that is nothing but the secret. */
export const BARE_SECRETS: readonly (readonly [kind: string, secret: string])[] = [
  ['sekisho_key', createToken(API_KEY_PREFIX)],
  ['sekisho_ingest_token', createToken(INGEST_TOKEN_PREFIX)],
  ['anthropic_key', `sk-ant-api03-${mixed(40)}-${mixed(40)}AA`],
  ['openrouter_key', `sk-or-v1-${hex(64)}`],
  ['openai_key', `sk-${mixed(48)}`],
  ['openai_key', `sk-proj-${mixed(40)}_${mixed(30)}-${mixed(20)}`],
  ['openai_key', `sk-svcacct-${mixed(60)}`],
  ['openai_key', `sk-admin-${mixed(60)}`],
  ['github_token', `ghp_${mixed(36)}`],
  ['github_token', `ghs_${mixed(36)}`],
  ['github_token', `github_pat_${mixed(22)}_${mixed(59)}`],
  ['gitlab_token', `glpat-${mixed(20)}`],
  ['google_key', `AIza${mixed(35)}`],
  ['google_key', `GOCSPX-${mixed(28)}`],
  ['slack_token', `xoxb-123456789012-123456789012-${mixed(24)}`],
  ['slack_token', `xapp-1-A0123456789-123456789012-${hex(64)}`],
  ['stripe_key', `sk_live_${mixed(24)}`],
  ['stripe_key', `rk_test_${mixed(24)}`],
  ['stripe_key', `whsec_${mixed(32)}`],
  ['huggingface_token', `hf_${mixed(34)}`],
  ['npm_token', `npm_${mixed(36)}`],
  ['model_provider_key', `gsk_${mixed(52)}`],
  ['model_provider_key', `xai-${mixed(80)}`],
  ['sendgrid_key', `SG.${mixed(22)}.${mixed(43)}`],
  ['jwt', `${jwt}.${mixed(43)}`],
  ['aws_access_key_id', `AKIA${upper(16)}`],
  ['aws_access_key_id', `ASIA${upper(16)}`],
  ['private_key', PEM],
];

/** A text, and what is left of it. */
export const IN_CONTEXT: readonly (readonly [text: string, masked: string])[] = [
  [
    `https://hooks.slack.com/services/T01/B02/${mixed(24)}`,
    'https://hooks.slack.com/services/[SECRET:slack_webhook]',
  ],
  [
    `aws_access_key_id: AKIA${upper(16)}\nkey: ${mixed(38)}/+`,
    'aws_access_key_id: [SECRET:aws_access_key_id]\nkey: [SECRET:aws_secret_access_key]',
  ],
  [`${mixed(38)}/+,AKIA${upper(16)}`, '[SECRET:aws_secret_access_key],[SECRET:aws_access_key_id]'],
  [`Authorization: Bearer ${mixed(30)}.${mixed(4)}`, 'Authorization: Bearer [SECRET:bearer_token]'],
  [`Authorization: Basic ${mixed(18)}==`, 'Authorization: Basic [SECRET:basic_credentials]'],
  [
    'postgres://app:s3cr3t!@db.example.com:5432/app',
    'postgres://app:[SECRET:connection_password]@db.example.com:5432/app',
  ],
  ['redis://:hunter22@cache:6379', 'redis://:[SECRET:connection_password]@cache:6379'],
  [
    `AccountName=a;AccountKey=${mixed(64)}==;Suffix=x`,
    'AccountName=a;AccountKey=[SECRET:azure_key];Suffix=x',
  ],
  ['Server=db;Password=hunter2;Database=x', 'Server=db;Password=[SECRET:password];Database=x'],
  [
    'https://a.example/login?user=1&password=hunter2&next=/',
    'https://a.example/login?user=1&password=[SECRET:password]&next=/',
  ],
  ['{"user":"taro","password":"correct horse 1"}', '{"user":"taro","password":"[SECRET:password]"}'],
  ['DB_PASSWORD: hunter2', 'DB_PASSWORD: [SECRET:password]'],
  ['My password: hunter2, please help', 'My password: [SECRET:password], please help'],
  ["export API_KEY='abc12345def'", "export API_KEY='[SECRET:named_secret]'"],
  ['client_secret=a1b2c3d4e5', 'client_secret=[SECRET:named_secret]'],
  ['パスワードはhunter2です。', 'パスワードは[SECRET:password]です。'],
  ['暗証番号：1234', '暗証番号：[SECRET:password]'],
  ['カードは4111 1111 1111 1111です', 'カードは[CARD]です'],
  ['カード番号：４１１１－１１１１－１１１１－１１１１', 'カード番号：[CARD]'],
  ['3782-822463-10005 or 3530111333300000', '[CARD] or [CARD]'],
  ['連絡先はtaro.yamada+shop@example.co.jpまで', '連絡先は[EMAIL]まで'],
  ['宛先：taro＠example.jp。', '宛先：[EMAIL]。'],
  ['<mailto:a.b@mail.example.com>, "c@d.org".', '<mailto:[EMAIL]>, "[EMAIL]".'],
];

/** What looks like one at first sight. */
export const INNOCENT: readonly string[] = [
  'task-management, risk-assessment, sk-learn and .sk-fading-circle12-sk-circle are no keys',
  'pip install scikit-learn==1.5.2 && npm i lodash@4.17.21 @types/node@24',
  'The bearer of this letter is authorised. Bearer authentication-is-described-below.',
  'password: required',
  'Passwords must have 8 characters or more.',
  'const password = process.env.DB_PASSWORD; const token = getToken();',
  'password=${DB_PASSWORD}&api_key=<your-key>&secret=None',
  'パスワードは8文字以上で入力してください。パスワードを忘れました。',
  'max_tokens=300, token: word, tokens: 4096',
  'commit 0123456789abcdef0123456789abcdef01234567',
  'JAN 4901234567894, ISBN 978-4-06-519981-0, 電話 090-1234-5678',
  '1700000000000, 1700000000000000, 0.4111111111111111, 20251122104500',
  '4111 1111 1111 1112 has a wrong check digit',
  'logo@2x.png, icon@3x.webp, @media print, user@localhost, a @ b',
  'git clone https://github.com/openai/openai-node.git',
  'urn:uuid:0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b chatcmpl-AbCdEfGhIjKlMnOpQrSt resp_0190a1b2c3d47e5f8a9b',
  'PWD=/var/lib/project',
];

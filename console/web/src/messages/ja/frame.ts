/** The frame, entering, and what every page says. */
import type { Messages } from '../en.ts';

type Part = Pick<
  Messages,
  | 'shell'
  | 'places'
  | 'theme'
  | 'roles'
  | 'home'
  | 'not_found'
  | 'palette'
  | 'sheet'
  | 'shortcuts'
  | 'dialog'
  | 'list'
  | 'fields'
  | 'copy'
  | 'state'
  | 'errors'
  | 'setup'
  | 'sign_in'
>;

export const frame: Part = {
  shell: {
    tagline: 'Sekisho ― すべてのモデル呼び出しが通る関所',
    rail: 'メインナビゲーション',
    project: 'プロジェクト: {name}（切り替え）',
    account: 'アカウント: {name}',
    search: '移動…',
    theme: 'テーマ',
    language: '言語',
    keys: 'キーボードショートカット',
    fold: 'ナビゲーションを折りたたむ',
    sign_out: 'サインアウト',
  },
  places: {
    operate: '運用',
    build: '改善',
    manage: '管理',
    home: 'プロジェクト',
    calls: '呼び出し',
    health: '稼働状況',
    prompts: 'プロンプト',
    sources: '検索ソース',
    datasets: 'データセット',
    evals: '評価',
    exports: 'エクスポート',
    start: 'アプリを接続',
    keys: 'キー',
    audit: '変更履歴',
  },
  theme: { system: 'システムに合わせる', light: 'ライト', dark: 'ダーク' },
  roles: {
    owner: 'オーナー',
    admin: '管理者',
    engineer: 'エンジニア',
    builder: 'ビルダー',
    reviewer: 'レビュアー',
    viewer: '閲覧者',
  },
  home: {
    title: 'プロジェクト',
    none: '参加しているプロジェクトがありません',
    none_text: 'オーナーまたは管理者に、プロジェクトへの追加を依頼してください。',
  },
  not_found: {
    title: 'ページが見つかりません',
    text: 'アドレスが間違っているか、対象が削除された可能性があります。',
    home: '呼び出し一覧へ',
  },
  palette: {
    title: 'ページへの移動とコマンドの実行',
    placeholder: 'ページ名またはコマンドを入力',
    nothing: '「{text}」に一致するものはありません。',
    go: 'ページ',
    project: 'プロジェクト',
    more: 'コマンド',
  },
  sheet: {
    title: 'キーボードショートカット',
    everywhere: 'どの画面でも',
    list: '一覧',
    peek: '呼び出しを開いているとき',
    page: 'このページ',
    bare_keys: '1 文字キーのショートカットを使う',
  },
  shortcuts: {
    palette: '移動…',
    sheet: 'この一覧',
    rail: 'ナビゲーションを折りたたむ',
    next: '次の呼び出し',
    previous: '前の呼び出し',
    open: '呼び出しを開く',
    live: 'ライブ更新の一時停止・再開',
    range: '期間',
    close: '閉じる',
    tab_conversation: '会話',
    tab_feedback: 'フィードバック',
    tab_timing: '時間とコスト',
    tab_raw: '生データ',
    tab_details: '詳細',
  },
  dialog: { cancel: 'キャンセル', done: '完了' },
  list: {
    shown: '{n} 件を表示中',
    more: 'さらに表示',
    loading: '読み込み中…',
  },
  fields: { email: 'メールアドレス', name: '名前', password: 'パスワード' },
  copy: {
    label: '{what}をコピー',
    done: 'コピー済み',
    failed: 'ブラウザーがコピーを許可しませんでした。文字を選択して手動でコピーしてください。',
    failed_short: '不可',
  },
  state: {
    failed: '処理できませんでした',
    forbidden: 'この操作の権限がありません',
    missing: '見つかりません',
    retry: '再試行',
    request_id: 'リクエスト ID',
  },
  errors: {
    network: 'サーバーに接続できません。Sekisho が起動していることと、ネットワーク接続を確認してください。',
    unreadable:
      'サーバーの応答を解釈できません。バージョンが変わった可能性があります。ページを再読み込みしてください。',
    not_signed_in: 'サインアウトしています。もう一度サインインしてください。',
    wrong_credentials: 'メールアドレスまたはパスワードが正しくありません。',
    forbidden: '必要な場合は、オーナーまたは管理者に依頼してください。',
    not_found: '削除されたか、別のプロジェクトのものである可能性があります。',
    already_exists: '同じ名前のものがすでにあります。',
    revision_conflict: 'ほかの人が先に変更しました。現在の内容を確認してから、もう一度お試しください。',
    invalid_body: '入力内容に誤りがあります。確認してください。',
    invalid_query: 'このページのアドレスに誤りがあります。フィルターを解除して、もう一度お試しください。',
    too_many_attempts: '試行回数が多すぎます。数分待ってから、もう一度お試しください。',
    internal_error:
      'サーバーで問題が発生しました。原因は、サーバーのログにリクエスト ID とともに記録されています。',
    store_unavailable: 'データベースを現在利用できません。呼び出しの記録は続いており、復旧後に表示されます。',
    query_timeout: '検索に時間がかかりすぎました。期間を短くしてお試しください。',
    upstream_unreachable: 'モデルのプロバイダーに接続できません。',
  },
  setup: {
    title: '最初のアカウントを作成',
    text: 'このアカウントが Sekisho のオーナーになります。',
    no_token: 'このページを開くには、Sekisho の起動時にターミナルに表示された 1 回限りのリンクが必要です。',
    link_refused:
      'このリンクは無効か、すでに使用されています。有効なリンクは、起動のたびにターミナルに表示されます。',
    done: 'セットアップは完了しています',
    done_text: '最初のアカウントは作成済みです。サインインしてください。',
    submit: 'アカウントを作成',
    strength_short: '{least} 文字以上',
    strength_weak: '推測されやすい: 無関係な単語を足しましょう',
    strength_fair: '普通: 長いほど安全です',
    strength_strong: '強力',
  },
  sign_in: {
    title: 'サインイン',
    submit: 'サインイン',
    to_continue: 'サインインすると、元のページに戻ります。',
    setup_needed: 'アカウントがまだありません',
    setup_needed_text:
      'Sekisho の起動時にターミナルに表示された、1 回限りのセットアップリンクを開いてください。',
  },
};

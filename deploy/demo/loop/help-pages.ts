/** The help pages of the shop "Aoba-do", which its support answers from. */

export type HelpPage = { page: string; language: 'en' | 'ja'; filename: string; text: string };

export const HELP_PAGES: readonly HelpPage[] = [
  {
    page: 'returns',
    language: 'en',
    filename: 'returns.md',
    text: `# Returns and refunds

You can send anything back to Aoba-do within 30 days, also without its box.
For something that arrived broken, Aoba-do pays the postage and sends a new one or your money back, as you like.
Aoba-do pays refunds within five working days, to the card or account that was used.
If you were charged twice, Aoba-do returns the second charge the same day.
`,
  },
  {
    page: 'delivery',
    language: 'en',
    filename: 'delivery.md',
    text: `# Delivery and subscriptions

Aoba-do delivers orders within three days in Japan and within ten days elsewhere.
When an order says delivered and you have nothing, Aoba-do asks the carrier and sends a new one after two days.
Aoba-do changes an address until the order is packed, usually until 15:00.
A subscription at Aoba-do can be paused for up to three months in your account.
Aoba-do sends invoices with a company name by mail; gift cards of Aoba-do never expire.
`,
  },
  {
    page: '返品',
    language: 'ja',
    filename: '返品と返金.md',
    text: `# 返品と返金

Aoba-do（あおば堂）では、商品到着後30日以内の返品を、箱がなくても承ります。
割れて届いた商品は、Aoba-do（あおば堂）が送料を負担し、交換か返金をお選びいただけます。
返金は、Aoba-do（あおば堂）から5営業日以内にお支払い方法へお戻しします。
`,
  },
  {
    page: '配送',
    language: 'ja',
    filename: '配送とお支払い.md',
    text: `# 配送・お支払い・ポイント

Aoba-do（あおば堂）の商品は、国内なら3日以内に届きます。
配送先の住所は、Aoba-do（あおば堂）が梱包するまで（通常15時まで）マイページで変更できます。
領収書は、Aoba-do（あおば堂）のマイページから会社名で発行できます。
ポイントは、Aoba-do（あおば堂）での最後のお買い物から1年間有効です。
定期購入は、Aoba-do（あおば堂）のマイページから3か月まで一時停止できます。
パスワードを忘れたときは、Aoba-do（あおば堂）のログイン画面から再設定できます。
`,
  },
];

/** All of them, numbered, for a prompt. */
export function toNumberedPages(): string {
  return HELP_PAGES.map(({ filename, text }, i) => {
    const body = text.replace(/^#.*\n+/u, '').trim();
    return `[${i + 1}] ${filename}\n${body}`;
  }).join('\n\n');
}

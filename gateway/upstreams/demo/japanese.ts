const JAPANESE = /[\u3040-\u30ff\u3400-\u9fff]/u;

/** Whether `text` has kana or kanji in it. */
export function isJapanese(text: string): boolean {
  return JAPANESE.test(text);
}

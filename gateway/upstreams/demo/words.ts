/** What the simulated model says: short, the same for the same question, and plainly a simulation. */
import { inventValue } from './invent.ts';
import { findJudgement } from './judge.ts';
import { quoteSource } from './quote.ts';
import type { Question } from './question.ts';
import { createRandom, hashText } from './seed.ts';
import type { ToolCall } from './answer.ts';
import { isJapanese } from './japanese.ts';

const EXCERPT_LENGTH = 60;

const ENGLISH_LINES = [
  'Here is what a real model might say: start with the smallest change, check it, then go on.',
  'A real model would answer in detail here; this one only shows the shape of an answer.',
  'Three points a real model could make: what happened, why it matters, and what to do next.',
  'A real model would look at the facts you gave and weigh them; the demo only repeats the subject.',
  'If this were a real answer, it would cite its sources and say how sure it is.',
] as const;

const JAPANESE_LINES = [
  '本物のモデルであれば、まず要点を整理し、次に具体的な手順をご案内します。',
  'ここには本来、ご質問に合わせた詳しい説明が入ります。',
  '実際の回答では、理由・影響・次の一歩の三点をお伝えすることになります。',
  '本物のモデルは根拠を示してお答えしますが、デモでは話題を繰り返すだけです。',
  'お急ぎの場合は、設定に実際のプロバイダーを加えると本物の回答が得られます。',
] as const;

/** Words of a person that ask for a look-up or an action without naming the tool. */
const ASKS_FOR_TOOL =
  /\b(use|call|run|look up|search|find|check|read|open|fetch|fix|calculate)\b|調べ|検索|確認|実行|探し|教えて/iu;

function toExcerpt(text: string): string {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  const letters = [...line];
  return letters.length > EXCERPT_LENGTH ? `${letters.slice(0, EXCERPT_LENGTH).join('')}…` : line;
}

/** Two different lines. */
function pickTwo(lines: readonly string[], random: () => number): [string, string] {
  const first = Math.floor(random() * lines.length);
  const second = (first + 1 + Math.floor(random() * (lines.length - 1))) % lines.length;
  return [lines[first] ?? '', lines[second] ?? ''];
}

/** The text of the answer. One that must be JSON is JSON and says in no other place that it is simulated. */
export function toText(question: Question): string {
  if (question.schema !== undefined) {
    const value =
      Object.keys(question.schema).length === 0
        ? { simulated: true, about: toExcerpt(question.last) }
        : (findJudgement(question.schema, question) ?? inventValue(question.schema, question.last));
    return JSON.stringify(value);
  }
  const quoted = quoteSource(question);
  if (quoted !== undefined) return quoted;
  const random = createRandom(hashText(question.last));
  const about = toExcerpt(question.last);
  if (isJapanese(question.last)) {
    const lead = question.afterTool ? 'ツールの結果を受け取りました' : 'ご質問';
    return `［シミュレーション］${lead}「${about}」について。${pickTwo(JAPANESE_LINES, random).join('')}`;
  }
  const lead = question.afterTool ? 'The tool said' : 'You asked';
  return `[Simulated answer] ${lead}: "${about}". ${pickTwo(ENGLISH_LINES, random).join(' ')}`;
}

/** The calls to make, none where the last message asks for no tool. */
export function toToolCalls(question: Question): ToolCall[] {
  const { tools, toolChoice, last } = question;
  if (tools.length === 0 || toolChoice === '') return [];
  const words = last.toLowerCase().replaceAll(/[_-]/gu, ' ');
  const named = tools.filter((tool) => words.includes(tool.name.toLowerCase().replaceAll(/[_-]/gu, ' ')));
  const asked = !question.afterTool && ASKS_FOR_TOOL.test(last);
  const forced = tools.find((tool) => tool.name === toolChoice);
  const chosen =
    forced ?? named[0] ?? (asked || toolChoice === '*' ? tools[hashText(last) % tools.length] : undefined);
  if (chosen === undefined) return [];
  const values = inventValue({ type: 'object', ...chosen.parameters }, last);
  return [{ name: chosen.name, arguments: JSON.stringify(values) }];
}

/** A text in the pieces a stream sends: words in English, two or three characters in Japanese. */
export function toPieces(text: string): string[] {
  return isJapanese(text) ? (text.match(/[^]{1,3}/gu) ?? []) : (text.match(/\s*\S+/gu) ?? []);
}

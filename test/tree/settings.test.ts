import { describe, expect, it } from 'vitest';
import { loadConfig, SETTINGS } from '../../config.ts';
import { readText } from '../kit/tree.ts';

type Entry = { key: string; value: string; comment: string };

/** A setting stands as `#KEY=default` under a comment that says what it is and ends with its unit in brackets. */
function readSample(text: string): Entry[] {
  return text.split('\n\n').flatMap((block) => {
    const lines = block.trim().split('\n');
    const last = lines.at(-1) ?? '';
    const setting = /^#([A-Z_]+)=(.*)$/.exec(last);
    const comment = lines.slice(0, -1).map((line) => line.replace(/^# ?/, ''));
    return setting ? [{ key: setting[1] ?? '', value: setting[2] ?? '', comment: comment.join(' ') }] : [];
  });
}

const sample = readSample(readText('.env.example'));
const findDefault = (key: string): unknown =>
  SETTINGS[key as keyof typeof SETTINGS].safeParse(undefined).data;

describe('settings', () => {
  it('has every setting in .env.example, and nothing else', () => {
    expect(sample.map(({ key }) => key).toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
  });

  it.each(sample)('$key: says what it is, with its unit and its default', ({ key, value, comment }) => {
    expect(comment).toMatch(/^.{10,} \[[^\]]+\]$/);
    const given = findDefault(key);
    expect(value).toBe(given === undefined ? '' : given === false ? '0' : String(given));
  });

  it('accepts .env.example as it stands, with every line switched on', () => {
    const env = Object.fromEntries(sample.map(({ key, value }) => [key, value]));
    expect(loadConfig(env, '/nowhere')).toEqual(loadConfig({}, '/nowhere'));
  });
});

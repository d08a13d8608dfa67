/** Messages of ours ahead of the caller's own, which stay byte for byte what they were. */
import { AppError } from '../../errors.ts';
import type { Place } from './top-level.ts';

const QUOTE = 0x22;
const BRACKET = 0x5b;

/**
 * `ours`, then what is at `place` in `body`: the member `messages` of chat or `input` of responses, which may be a
 * string. As JSON text. @throws AppError invalid_body where it is something else
 */
export function prependMessages(
  ours: readonly object[],
  body: Buffer,
  place: Place | undefined,
  param: string,
): Buffer {
  const first = ours.map((message) => JSON.stringify(message)).join(',');
  const own = place && body.subarray(place[0], place[1]);
  if (!own || own.toString('latin1', 0, 4) === 'null') return Buffer.from(`[${first}]`);
  if (own[0] === QUOTE && param === 'input') {
    const head = `[${first},{"type":"message","role":"user","content":`;
    return Buffer.concat([Buffer.from(head), own, Buffer.from('}]')]);
  }
  if (own[0] !== BRACKET) {
    const wanted = param === 'input' ? 'a string or an array' : 'an array';
    throw new AppError('invalid_body', `\`${param}\` must be ${wanted}.`, { param });
  }
  const isEmpty = own.subarray(1, -1).toString('latin1').trim() === '';
  return Buffer.concat([Buffer.from(`[${first}${isEmpty ? '' : ','}`), own.subarray(1)]);
}

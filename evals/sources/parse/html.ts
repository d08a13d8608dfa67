/** The text of an HTML page as a reader sees it: a line per block, nothing that is script, style or navigation. */
import { Parser } from 'htmlparser2';
import { PermanentError } from '../../jobs/runner.ts';
import { decodeText } from './decode-text.ts';

const DROPPED = new Set(
  'script style noscript template svg math canvas iframe object embed audio video nav select button'.split(
    ' ',
  ),
);
const BLOCKS = new Set(
  (
    'address article aside blockquote body dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 ' +
    'h5 h6 head header hr html legend li main ol p pre section summary table tbody tfoot thead title tr ul'
  ).split(' '),
);
/** No page that people read is deeper, and the parser's time grows with the square of it. */
const MAX_DEPTH = 1_000;
const DECLARED = /<meta[^>]+charset\s*=\s*["']?\s*([\w-]{1,40})/i;
/** Where a page may say how it is encoded (HTML, "determining the character encoding"). */
const DECLARED_WITHIN = 1024;

/** @throws PermanentError invalid_file for an unknown encoding, or elements in elements in elements ... */
export function parseHtml(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, DECLARED_WITHIN)).toString('latin1');
  const page = decodeText(bytes, DECLARED.exec(head)?.[1]);
  const out: string[] = [];
  let dropping = 0;
  let preserving = 0;
  let depth = 0;
  // No tree is built, so a page costs no more than its length.
  const parser = new Parser({
    onopentagname(name) {
      if (++depth > MAX_DEPTH) {
        throw new PermanentError('invalid_file', `The page is nested more than ${MAX_DEPTH} elements deep.`);
      }
      if (DROPPED.has(name)) dropping++;
      if (name === 'pre') preserving++;
      if (name === 'br' || BLOCKS.has(name)) out.push('\n');
      if (name === 'td' || name === 'th') out.push('\t');
    },
    ontext(text) {
      if (dropping > 0) return;
      out.push(preserving > 0 ? text : text.replace(/[ \t\r\n\f]+/g, ' '));
    },
    onclosetag(name) {
      depth--;
      if (DROPPED.has(name)) dropping = Math.max(dropping - 1, 0);
      if (name === 'pre') preserving = Math.max(preserving - 1, 0);
      if (BLOCKS.has(name)) out.push('\n');
    },
  });
  parser.end(page);
  return out
    .join('')
    .split('\n')
    .map((line) => line.replace(/^ | $/g, ''))
    .join('\n');
}

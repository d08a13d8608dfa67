/** A file as text, whatever kind it is of. */
import { extname } from 'node:path';
import { PermanentError } from '../../jobs/runner.ts';
import { decodeText } from './decode-text.ts';
import { parseHtml } from './html.ts';
import { parsePdf } from './pdf.ts';

type Parse = (bytes: Uint8Array) => string | Promise<string>;

const PARSERS: Readonly<Record<string, Parse>> = {
  '.txt': (bytes) => decodeText(bytes),
  '.md': (bytes) => decodeText(bytes),
  '.markdown': (bytes) => decodeText(bytes),
  '.html': parseHtml,
  '.htm': parseHtml,
  '.pdf': parsePdf,
};

/** What can be read, for people. */
const KINDS = 'txt, md, html and pdf';
const CONTROLS = /(?![\t\n])\p{Cc}/gu;

/**
 * The text of a file; its name says of which kind it is.
 * @throws PermanentError unsupported_file, or invalid_file for one that is broken or has no text
 */
export async function parseFile(filename: string, bytes: Uint8Array): Promise<string> {
  const parse = PARSERS[extname(filename).toLowerCase()];
  if (!parse) {
    throw new PermanentError('unsupported_file', `Only ${KINDS} files can be read; this is ${filename}.`);
  }
  const text = tidy(await parse(bytes));
  if (text === '') {
    throw new PermanentError('invalid_file', 'The file has no text: it is empty, or consists of pictures.');
  }
  return text;
}

/** Same line ends everywhere, no control characters, no more than one empty line after another. */
function tidy(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(CONTROLS, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** The text of a PDF, page by page. Only its text is looked at: nothing is drawn, run or fetched. */
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import type * as PdfLibrary from 'pdfjs-dist/legacy/build/pdf.mjs';
import { PermanentError } from '../../jobs/runner.ts';

const MAX_PAGES = 10_000;
/** A line that ends, and one that begins, within Chinese or Japanese text: the break is the page's, not the text's. */
const BROKEN_LINE =
  /(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー])\n(?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー])/gu;

let library: Promise<typeof PdfLibrary> | undefined;

/** Of PDF.js; what old Japanese files need to say which character a code stands for is in a folder beside it. */
const FOLDER = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));
/** Paths, in spite of the options' names: under Node they are read from the disk. */
const pathOf = (folder: string): string => join(FOLDER, folder) + sep;

/** @throws PermanentError invalid_file for one that is broken or protected by a password */
export async function parsePdf(bytes: Uint8Array): Promise<string> {
  // Half a second and 50 MB, which only those pay who have a PDF to read.
  library ??= import('pdfjs-dist/legacy/build/pdf.mjs');
  const { getDocument, VerbosityLevel } = await library;
  const task = getDocument({
    // A copy, because the library takes what it is given for its own.
    data: new Uint8Array(bytes),
    cMapUrl: pathOf('cmaps'),
    cMapPacked: true,
    standardFontDataUrl: pathOf('standard_fonts'),
    verbosity: VerbosityLevel.ERRORS,
    useSystemFonts: false,
    disableFontFace: true,
    enableXfa: false,
  });
  try {
    const document = await task.promise;
    if (document.numPages > MAX_PAGES) {
      throw new PermanentError('invalid_file', `The PDF has more than ${MAX_PAGES} pages. Split it.`);
    }
    const pages: string[] = [];
    for (let number = 1; number <= document.numPages; number++) {
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : ''));
      pages.push(text.join('').replace(BROKEN_LINE, ''));
      page.cleanup();
    }
    return pages.join('\n\n');
  } catch (error) {
    throw toPermanent(error);
  } finally {
    await task.destroy();
  }
}

function toPermanent(error: unknown): unknown {
  if (error instanceof PermanentError || !(error instanceof Error)) return error;
  if (error.name === 'PasswordException') {
    return new PermanentError('invalid_file', 'The PDF is protected by a password. Upload it without one.');
  }
  return new PermanentError('invalid_file', 'The PDF is broken: it cannot be read.', { cause: error });
}

/** Files and vector stores for tests: uploads by the stock SDK, and a PDF written by hand. */
import type OpenAI from 'openai';
import { toFile } from 'openai';

/** A file as the SDK takes one. */
export function textFile(name: string, text: string | Uint8Array): ReturnType<typeof toFile> {
  return toFile(typeof text === 'string' ? Buffer.from(text) : Buffer.from(text), name);
}

/** Uploads it for retrieval. */
export async function upload(client: OpenAI, name: string, text: string | Uint8Array) {
  return client.files.create({ file: await textFile(name, text), purpose: 'assistants' });
}

/** A line of a PDF: Latin text in Helvetica, or hex codes of a Japanese font that the file does not contain. */
export type PdfLine = { latin: string } | { codes: string };

const escape = (text: string): string => text.replace(/[\\()]/g, String.raw`\$&`);

/**
 * A PDF of one page per list of lines. Japanese goes by the character map UniJIS-UCS2-H with no table of its own, as
 * older programs wrote it: a reader has to know that map.
 */
export function writePdf(pages: readonly (readonly PdfLine[])[]): Uint8Array {
  const objects: string[] = [];
  const kids = pages.map((_, index) => `${6 + index * 2} 0 R`).join(' ');
  objects.push('<< /Type /Catalog /Pages 2 0 R >>');
  objects.push(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  objects.push('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  objects.push(
    '<< /Type /Font /Subtype /Type0 /BaseFont /HeiseiMin-W3 /Encoding /UniJIS-UCS2-H /DescendantFonts [5 0 R] >>',
  );
  objects.push(
    '<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HeiseiMin-W3 /CIDSystemInfo ' +
      '<< /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> ' +
      '/FontDescriptor << /Type /FontDescriptor /FontName /HeiseiMin-W3 /Flags 6 /FontBBox [0 0 1000 1000] ' +
      '/ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >> >>',
  );
  for (const [index, lines] of pages.entries()) {
    const shown = lines.map((line) =>
      'latin' in line ? `/F1 12 Tf (${escape(line.latin)}) Tj T*` : `/F2 12 Tf <${line.codes}> Tj T*`,
    );
    const content = `BT 50 780 Td 16 TL\n${shown.join('\n')}\nET`;
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${7 + index * 2} 0 R ` +
        '/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>',
    );
    objects.push(`<< /Length ${Buffer.byteLength(content)} >>\nstream\n${content}\nendstream`);
  }
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = Buffer.byteLength(body);
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const start = Buffer.byteLength(body);
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`;
  body += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return new Uint8Array(Buffer.from(body, 'latin1'));
}

/** Japanese text as the codes that UniJIS-UCS2-H knows: UTF-16, big-endian. */
export const toCodes = (text: string): string => Buffer.from(text, 'utf16le').swap16().toString('hex');

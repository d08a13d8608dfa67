import { describe, expect, it } from 'vitest';
import { parseFile } from '../../../evals/sources/parse/parse.ts';
import { toCodes, writePdf } from '../../kit/sources.ts';

const SENTENCE = '返品は三十日以内です。カタカナとABC。';
/** The same in encodings that JavaScript only reads. */
const ENCODED = {
  shift_jis: '95d4956982cd8e4f8f5c93fa88c893e082c582b78142834a835e834a836982c64142438142',
  'euc-jp': 'cad6c9caa4cfbbb0bdbdc6fcb0cac6e2a4c7a4b9a1a3a5aba5bfa5aba5caa4c8414243a1a3',
};

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string, mark: number[], swap: boolean): Uint8Array => {
  const bytes = Buffer.from(text, 'utf16le');
  return Buffer.concat([Buffer.from(mark), swap ? bytes.swap16() : bytes]);
};

describe('text', () => {
  it.each([
    ['UTF-8', bytesOf(SENTENCE)],
    ['UTF-8 with its mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytesOf(SENTENCE)])],
    ['UTF-16LE with its mark', utf16(SENTENCE, [0xff, 0xfe], false)],
    ['UTF-16BE with its mark', utf16(SENTENCE, [0xfe, 0xff], true)],
    ['Shift_JIS', Buffer.from(ENCODED.shift_jis, 'hex')],
    ['EUC-JP', Buffer.from(ENCODED['euc-jp'], 'hex')],
  ])('is read in %s', async (_name, bytes) => {
    expect(await parseFile('a.txt', bytes)).toBe(SENTENCE);
  });

  it('keeps what a person wrote, without what nobody sees', async () => {
    const text = '\r\n# Title  \r\n\r\n\r\n\r\n\tcode\u0007 here\r\rlast\u3000\n';
    expect(await parseFile('A.MD', bytesOf(text))).toBe('# Title\n\n\tcode here\n\nlast');
  });

  it.each([
    ['bytes of no encoding', 'a.txt', new Uint8Array([0x80, 0xff, 0xfe, 0x00, 0xfd])],
    ['zero bytes', 'a.txt', bytesOf('a\0b')],
    ['white space alone', 'a.md', bytesOf(' \n\t\u3000')],
    ['nothing', 'a.txt', new Uint8Array()],
  ])('is refused as %s', async (_name, filename, bytes) => {
    await expect(parseFile(filename, bytes)).rejects.toMatchObject({ code: 'invalid_file' });
  });

  it.each(['a.docx', 'a', 'a.txt.exe', '.pdf'])('is not looked for in %s', async (filename) => {
    await expect(parseFile(filename, bytesOf('text'))).rejects.toMatchObject({ code: 'unsupported_file' });
  });

  it('takes time in proportion to a hostile size', async () => {
    const started = performance.now();
    await parseFile('a.txt', bytesOf(`${' '.repeat(2_000_000)}x${'\n'.repeat(2_000_000)}y`));
    await parseFile('a.html', bytesOf('<p>a<b>c</b>'.repeat(300_000)));
    await parseFile('a.html', bytesOf(`text <p ${'a="'.repeat(300_000)}`));
    const deep = parseFile('a.html', bytesOf('<div>'.repeat(300_000)));
    await expect(deep).rejects.toThrow('nested more than 1000 elements deep');
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('HTML', () => {
  const page = (body: string, head = ''): Uint8Array =>
    bytesOf(`<!doctype html><html><head>${head}</head><body>${body}`);

  it('is what a reader sees', async () => {
    const bytes = page(
      '<nav><a href="/">Home</a></nav><h1>Open&nbsp;hours</h1><p>We <b>open</b>\n at &lt;nine&gt;.<br>Not on Sunday.</p>' +
        '<ul><li>One<li>Two</ul><table><tr><td>a<td>b</table><pre>x\n  y</pre><script>evil("</p>")</script><style>p{}</style>',
      '<title>The shop</title><script>var a = "<p>no</p>"</script>',
    );
    const text = await parseFile('a.html', bytes);
    expect(
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => line.trim()),
    ).toEqual([
      'The shop',
      'Open\u00A0hours',
      'We open at <nine>.',
      'Not on Sunday.',
      'One',
      'Two',
      'a\tb',
      'x',
      'y',
    ]);
  });

  it('is read in the encoding it declares, or that it can only be in', async () => {
    const sjis = Buffer.from(ENCODED.shift_jis, 'hex');
    for (const head of [
      '<meta charset="Shift_JIS">',
      '<meta http-equiv=x content="text/html; charset=x-sjis">',
      '',
    ]) {
      const bytes = Buffer.concat([page('', head), sjis]);
      expect(await parseFile('a.htm', bytes)).toBe(SENTENCE);
    }
  });

  it.each(['<script>only()</script>', '<!-- only -->', '<p></p>'])('%s has no text', async (body) => {
    await expect(parseFile('a.html', page(body))).rejects.toMatchObject({ code: 'invalid_file' });
  });
});

describe('PDF', () => {
  it('is read page by page, line by line', async () => {
    const bytes = writePdf([
      [{ latin: 'First (page)' }, { latin: 'its second line' }],
      [{ codes: toCodes('灯台の手') }, { codes: toCodes('入れをする。') }, { codes: toCodes('次の文') }],
    ]);
    expect(await parseFile('a.pdf', bytes)).toBe(
      'First (page)\nits second line\n\n灯台の手入れをする。\n次の文',
    );
  });

  it.each([
    ['no PDF', bytesOf('plain text')],
    ['cut in half', writePdf([[{ latin: 'whole' }]]).subarray(0, 150)],
    ['nothing', new Uint8Array()],
    ['pictures only', writePdf([[]])],
  ])('is refused: %s', async (_name, bytes) => {
    await expect(parseFile('a.pdf', new Uint8Array(bytes))).rejects.toMatchObject({ code: 'invalid_file' });
  });

  it('is refused with the reason where it needs a password', async () => {
    const encrypt =
      '/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 ' +
      `/O <${'41'.repeat(32)}> /U <${'42'.repeat(32)}> >> /ID [<61> <61>]`;
    const plain = Buffer.from(writePdf([[{ latin: 'secret' }]])).toString('latin1');
    const bytes = Buffer.from(plain.replace('/Root 1 0 R', `/Root 1 0 R ${encrypt}`), 'latin1');
    await expect(parseFile('a.pdf', new Uint8Array(bytes))).rejects.toThrow('protected by a password');
  });
});

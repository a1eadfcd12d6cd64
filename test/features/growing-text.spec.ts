import fc from 'fast-check';
import { downloadName } from '../../src/features/mail/incoming/download-name.js';
import { parseMailDate } from '../../src/features/mail/incoming/mail-date.js';
import { readAddresses } from '../../src/features/mail/incoming/reading/address-list.js';
import { decodeWords, recodeWords } from '../../src/features/mail/incoming/reading/encoded-words.js';
import { charsetHints, HeaderBytes } from '../../src/features/mail/incoming/reading/header-bytes.js';
import { headerParameter } from '../../src/features/mail/incoming/reading/header-parameters.js';
import { htmlCharset, joinSurrogates } from '../../src/features/mail/incoming/reading/html-text.js';
import { lostBoundary } from '../../src/features/mail/incoming/reading/lost-boundary.js';
import { readText } from '../../src/features/mail/incoming/reading/text-reading.js';
import { alone, expectLinear, repetition } from '../support/growth.js';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

/** Every reader of text from mail, with a size at which what is not linear takes seconds. */
const readers: Record<string, [size: number, read: (text: string) => unknown]> = {
  'encoded words': [200_000, (text) => [decodeWords(text), recodeWords(text)]],
  parameters: [40_000, (text) => headerParameter(`a; filename*0="${text}; filename*1*=${text}`, 'filename')],
  addresses: [16_000, readAddresses],
  dates: [200_000, parseMailDate],
  'hints of charsets': [200_000, (text) => charsetHints(bytes(text))],
  'an HTML charset': [200_000, (text) => htmlCharset(bytes(text))],
  'surrogates in HTML': [400_000, joinSurrogates],
  'a lost boundary': [200_000, (text) => lostBoundary(bytes(text))],
  'a name to download': [200_000, (text) => downloadName(text, 'x')],
  'text without a label': [200_000, (text) => readText(bytes(text), null)],
  'text of ISO-2022-JP': [100_000, (text) => readText(bytes(text), 'iso-2022-jp')],
  'text of HZ': [200_000, (text) => readText(bytes(text), 'hz')],
  'text of UTF-7': [100_000, (text) => readText(bytes(text), 'utf-7')],
};

/** What the readers of charsets look out for, which no other format has. */
const escapes = [
  '\x1b',
  '\x1b$B',
  '\x1b$B00\x1b(B',
  '\x0e\x0f',
  '~{',
  '~{00',
  '~{00~}',
  '~~',
  '+',
  '+A',
  '\xe4',
  '\xed\xa0',
  '\0',
];
const own = escapes.map((piece): [(size: number) => string] => [
  (size) => piece.repeat(Math.ceil(size / piece.length)),
]);

describe.each(Object.entries(readers))('%s', (_what, [size, read]) => {
  it('take time in proportion to the text, whatever it repeats', async () => {
    await fc.assert(
      fc.asyncProperty(repetition, (make) => expectLinear(make, read, size)),
      { numRuns: alone.length + own.length + 10, examples: [...alone, ...own] },
    );
  });
});

it('raw header lines take time in proportion, in however many blocks they stand', async () => {
  const make = (count: number) => bytes('X: \xe4\xf6\r\n\r\n'.repeat(count));
  const read = (message: Uint8Array<ArrayBuffer>) => {
    const header = new HeaderBytes(message);
    for (let at = 0; at < message.length; at += 9) header.asUtf8(message.subarray(at, at + 5));
  };
  await expectLinear(make, read, 20_000);
});

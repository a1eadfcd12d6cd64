import { looksCut } from '../../src/features/mail/incoming/cut-mime.js';

const headers = (type: string) => `From: pat@partner.example\r\nSubject: Scan\r\nContent-Type: ${type}\r\n\r\n`;
const multipart = `${headers('multipart/mixed;\r\n boundary="=_b1"')}--=_b1\r\nContent-Type: text/plain\r\n\r\n${'word '.repeat(200)}\r\n--=_b1--\r\n`;
const unquoted = multipart.replace('"=_b1"', '=_b1');
const plain = `${headers('text/plain')}${'word '.repeat(200)}\r\n`;
const base64 = `${headers('application/pdf\r\nContent-Transfer-Encoding: base64')}${'QUJD'.repeat(300)}\r\n`;
const large = `${headers('text/plain')}${'word '.repeat(200_000)}\r\n`;

it.each<[string, string, number | null, boolean]>([
  ['that is whole', multipart, multipart.length, false],
  ['that is whole, and of which the server counts more', multipart, multipart.length * 5, false],
  ['that is whole, with the attachments counted decoded', multipart, Math.floor(multipart.length * 0.7), false],
  ['that ends in its text', multipart.slice(0, multipart.length * 0.6), multipart.length, true],
  ['that ends in its text, the boundary unquoted', unquoted.slice(0, unquoted.length * 0.6), unquoted.length, true],
  ['that ends in its headers', multipart.slice(0, 60), multipart.length, true],
  ['that is empty', '', multipart.length, true],
  ['of which nothing but the size tells', large.slice(0, large.length * 0.3), large.length, true],
  ['in one part, with properties counted', plain, plain.length * 5, false],
  ['in one part without a text', headers('text/plain'), 2_000, false],
  ['that ends in its one attachment', base64.slice(0, base64.length * 0.5 + 1), base64.length, true],
  ['of one attachment that is whole', base64, base64.length * 2, false],
  ['of a size that is not known', multipart.slice(0, 60), null, false],
])('MIME %s', (_name, mime, size, isCut) => {
  expect(looksCut(Buffer.from(mime), size)).toBe(isCut);
});

it('does not take headers that are longer than it looks for a cut', () => {
  const mime = `X-Long: ${'a'.repeat(70 * 1024)}\r\n${plain}`;
  expect(looksCut(Buffer.from(mime), mime.length * 1.5)).toBe(false);
});

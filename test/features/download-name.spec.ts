import contentDisposition from 'content-disposition';
import fc from 'fast-check';
import { downloadName } from '../../src/features/mail/incoming/download-name.js';

it.each([
  ['report.pdf', 'report.pdf'],
  ['../../../etc/passwd', 'passwd'],
  ['C:\\Users\\ann\\plan.docx', 'plan.docx'],
  ['a\r\nSet-Cookie: x=1.txt', 'aSet-Cookie_ x=1.txt'],
  ['photo\u202egpj.exe', 'photogpj.exe'],
  ['what?<1>|"2".txt', 'what__1___2_.txt'],
  ['name. . ', 'name'],
  ['CON.txt', '_CON.txt'],
  ['console.txt', 'console.txt'],
  ['👨‍👩‍👧.png', '👨‍👩‍👧.png'],
  ['half \ud83d.txt', 'half \ufffd.txt'],
  ['..', 'fallback'],
  ['a/', 'fallback'],
  ['', 'fallback'],
  [null, 'fallback'],
])('%j is saved as %j', (filename, name) => {
  expect(downloadName(filename, 'fallback')).toBe(name);
});

it('is cut before its extension, and between characters', () => {
  expect(downloadName(`${'n'.repeat(5_000)}.txt`, 'x')).toBe(`${'n'.repeat(251)}.txt`);
  expect(downloadName(`${'見'.repeat(100)}.pdf`, 'x')).toBe(`${'見'.repeat(83)}.pdf`);
  expect(downloadName(`a.${'b'.repeat(300)}`, 'x')).toBe(`a.${'b'.repeat(253)}`);
  expect(downloadName('😀'.repeat(200), 'x')).toBe('😀'.repeat(63));
});

it('is always one that a header and a file system take', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (filename) => {
      const name = downloadName(filename, 'x');
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      expect(name).not.toMatch(/[/\\\p{Cc}]/u);
      expect(name).not.toBe('');
      expect(contentDisposition(name, { fallback: 'x' }).length).toBeLessThan(1_000);
    }),
  );
});

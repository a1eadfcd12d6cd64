import fc from 'fast-check';
import { replacedPieces, replaceEach } from '../../src/features/mail/incoming/reading/replace-each.js';

const pattern = /a(b*)/g;
const write = ([whole, more = '']: RegExpExecArray): string => `[${whole.length}${more}]`;

describe('replacing each match of a text', () => {
  it('comes to what String.replace comes to', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', 'c') }), (text) => {
        expect(replaceEach(text, pattern, write)).toBe(
          text.replace(pattern, (whole: string, more: string) => `[${whole.length}${more}]`),
        );
      }),
    );
  });

  it('goes piece by piece through a long text', () => {
    const pieces = [...replacedPieces('ab '.repeat(100_000), pattern, write)];
    expect(pieces.join('')).toBe('[2b] '.repeat(100_000));
    expect(pieces.length).toBeGreaterThan(4);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(200_000);
  });
});

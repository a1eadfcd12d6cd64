import { readBoolean, readDate, readInteger, writeDate } from '../../src/exchange/soap/values.js';

describe('values of an answer', () => {
  it.each([
    ['2026-09-02T10:00:00Z', '2026-09-02T10:00:00.000Z'],
    ['2026-09-02T10:00:00', '2026-09-02T10:00:00.000Z'],
    ['2026-09-02T10:00:00.1234567Z', '2026-09-02T10:00:00.123Z'],
    ['2026-09-02T10:00:00.5-05:30', '2026-09-02T15:30:00.500Z'],
    [' 2026-09-02T24:00:00Z ', '2026-09-03T00:00:00.000Z'],
  ])('a date %s', (text, expected) => {
    expect(readDate(text)?.toISOString()).toBe(expected);
  });

  it.each([
    null,
    '',
    'yesterday',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01',
    '0001-01-01T00:00:00Z',
    '1601-01-01T00:00:00Z',
  ])('no date: %j', (text) => {
    expect(readDate(text)).toBeNull();
  });

  it('writes a fraction only where there is one', () => {
    expect(writeDate(new Date('2026-09-02T10:00:00Z'))).toBe('2026-09-02T10:00:00Z');
    expect(writeDate(new Date(1))).toBe('1970-01-01T00:00:00.001Z');
  });

  it('reads whole numbers and booleans, and nothing else', () => {
    expect(['7', ' -7 ', '1.5', 'x', '', '99999999999999999999'].map(readInteger)).toEqual([
      7,
      -7,
      null,
      null,
      null,
      null,
    ]);
    expect(['true', '1', 'False', ' 0 ', 'yes', ''].map(readBoolean)).toEqual([true, true, false, false, null, null]);
  });
});

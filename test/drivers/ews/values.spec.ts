import { readBoolean, readDate, readInteger, readPastDate, writeDate } from '../../../src/drivers/ews/soap/values.js';

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
    '1601-06-01T00:00:00Z',
    '1899-12-30T00:00:00Z',
    '1969-12-31T23:59:59Z',
  ])('no date: %j', (text) => {
    expect(readDate(text)).toBeNull();
  });

  it.each([
    ['1970-01-01T00:00:00Z', true],
    ['2026-09-02T10:00:00Z', true],
    ['2026-09-03T23:00:00+14:00', true],
    ['2026-09-04T10:00:00Z', true],
    ['2026-09-04T10:00:01Z', false],
    ['2185-07-21T23:34:33Z', false],
    ['9999-12-31T23:59:59Z', false],
    ['0001-01-01T00:00:00Z', false],
  ])('a date %s at which mail can have come: %s', (text, taken) => {
    expect(readPastDate(text, new Date('2026-09-02T10:00:00Z')) !== null).toBe(taken);
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

import fc from 'fast-check';
import { mailError } from '../support/mail-errors.js';
import {
  grown,
  mayBeTooLarge,
  pageSizeOf,
  rememberedOf,
  shrunk,
  smallerSizes,
  type PageSize,
} from '../../src/features/mail/incoming/page-size.js';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1) + minute * 60_000);
const page = (size: number, more: Partial<PageSize> = {}): PageSize => ({
  full: 512,
  size,
  changedAt: at(0),
  fullPages: 0,
  ...more,
});

describe('the size of a page', () => {
  it.each([
    ['the full one where nothing is remembered', null, 512],
    ['the remembered one', 31, 31],
    ['never more than is wanted', 1_000, 512],
    ['never nothing', 0, 1],
  ])('is %s', (_name, size, expected) => {
    expect(pageSizeOf(512, { size, changedAt: null }).size).toBe(expected);
  });

  it.each([
    [512, 10, 512, 256],
    [256, 10, 256, 128],
    [62, 10, 62, 31],
    // Ten rows failed as well, one came through.
    [512, 1, 10, 5],
    [10, 1, 10, 5],
    [3, 1, 3, 1],
    [2, 1, 2, 1],
  ])('of %d rows where %d came through and %d did not, goes on with %d', (size, worked, failed, expected) => {
    expect(shrunk(page(size), failed, worked, at(1))).toEqual(page(expected, { changedAt: at(1) }));
  });

  it.each([
    [512, [10, 1]],
    [11, [10, 1]],
    [10, [1]],
    [2, [1]],
    [1, []],
  ])('of %d rows is followed by %j', (size, expected) => {
    expect(smallerSizes(size)).toEqual(expected);
  });

  it.each<[string, PageSize, number, number, number]>([
    ['with a page that is not full, within the hour', page(31), 3, 59, 31],
    ['with any page after an hour', page(31), 0, 60, 62],
    ['with the fifth full page in a row', page(31, { fullPages: 4 }), 31, 1, 62],
    ['not with the fourth', page(31, { fullPages: 3 }), 31, 1, 31],
    ['up to the full size', page(400, { fullPages: 4 }), 400, 1, 512],
    ['not beyond', page(512, { fullPages: 9 }), 512, 99, 512],
  ])('grows %s', (_name, before, rows, minute, expected) => {
    expect(grown(before, rows, at(minute)).size).toBe(expected);
  });

  it('is remembered as long as it is not the full one', () => {
    expect(rememberedOf(page(31))).toEqual({ size: 31, changedAt: at(0) });
    expect(rememberedOf(page(512))).toEqual({ size: null, changedAt: at(0) });
  });

  it('settles at what a server manages, whatever that is, in few calls', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), (most) => {
        let size = pageSizeOf(512, { size: null, changedAt: null });
        let calls = 0;
        for (let pages = 0; pages < 12; pages += 1) {
          calls += 1;
          if (size.size <= most) continue;
          let failed = size.size;
          for (const smaller of smallerSizes(size.size)) {
            calls += 1;
            if (smaller <= most) {
              size = shrunk(size, failed, smaller, at(0));
              break;
            }
            failed = smaller;
          }
        }
        expect(size.size).toBeLessThanOrEqual(most);
        expect(size.size * 2 + 1).toBeGreaterThanOrEqual(Math.min(most, 512));
        expect(calls).toBeLessThan(12 + 16);
      }),
    );
  });
});

describe('errors over which a page shrinks', () => {
  const error = (code: string, backOffMs: number | null = null) => mailError(code, { backOffMs });
  it.each([
    ['ErrorTimeoutExpired', true],
    ['ErrorInsufficientResources', true],
    ['ErrorInternalServerError', true],
    ['Http500', true],
    ['Http502', true],
    ['Http503', true],
    ['Http504', true],
    ['TimedOut', true],
    ['AnswerTooLarge', true],
    ['SocketClosed', true],
    ['ECONNRESET', true],
    ['InvalidXml', true],
    ['ErrorServerBusy', false],
    ['ErrorAccessDenied', false],
    ['Http401', false],
    ['Http403', false],
    ['ECONNREFUSED', false],
    ['ENOTFOUND', false],
    ['ErrorInvalidSyncStateData', false],
  ])('%s: %s', (code, expected) => {
    expect(mayBeTooLarge(error(code))).toBe(expected);
  });

  it('are none where the server asks for quiet', () => {
    expect(mayBeTooLarge(error('Http503', 30_000))).toBe(false);
  });
});

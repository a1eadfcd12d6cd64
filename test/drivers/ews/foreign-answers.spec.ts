import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DEFAULT_LIMITS } from '../../../src/drivers/ews/exchange-options.js';
import { AnswerReader, answersTo } from '../../../src/drivers/ews/soap/answer.js';
import { childText } from '../../../src/drivers/ews/soap/element.js';
import { classify } from '../../../src/features/failures/classify.js';
import { explainInFull } from '../../../src/features/failures/explanations.js';
import type { MailServerError } from '../../../src/drivers/port/mail-error.js';
import { DRAFT } from './support/canned.js';
import { errorOf, IMPERSONATED, serverFor } from './support/clients.js';
import { inTurn, startEwsStub, xml, type EwsStub } from './support/ews-stub.js';

const M = 'http://schemas.microsoft.com/exchange/services/2006/messages';
const T = 'http://schemas.microsoft.com/exchange/services/2006/types';
const SOAP11 = 'http://schemas.xmlsoap.org/soap/envelope/';
const inbox = { distinguished: 'inbox' } as const;

/** An envelope as another vendor's server writes it. */
const foreign = (body: string, soap = SOAP11) =>
  `<?xml version="1.0" encoding="UTF-8"?><SOAP:Envelope xmlns:SOAP="${soap}"><SOAP:Header/><SOAP:Body>${body}</SOAP:Body></SOAP:Envelope>`;
const response = (name: string, content: string) => `<m:${name} xmlns:m="${M}" xmlns:t="${T}">${content}</m:${name}>`;
const success = (name: string, content = '') =>
  `<m:${name} ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>${content}</m:${name}>`;

describe('answers of other vendors’ servers', () => {
  let stub: EwsStub;
  beforeAll(async () => {
    stub = await startEwsStub();
  });
  afterAll(() => stub.close());

  async function session<T>(
    answer: string,
    use: (mailbox: ReturnType<ReturnType<typeof serverFor>['openMailbox']>) => Promise<T>,
    status = 200,
  ) {
    stub.answer(xml(answer, status));
    const server = serverFor(stub.url);
    try {
      return await use(server.openMailbox(IMPERSONATED));
    } finally {
      await server.close();
    }
  }
  const send = (answer: string, status = 200) =>
    session(answer, (mailbox) => mailbox.sendDraft({ id: 'I1', changeKey: null }), status);

  const sent = success('SendItemResponseMessage');
  it.each([
    ['in Responses', foreign(response('SendItemResponse', `<m:Responses>${sent}</m:Responses>`))],
    ['in the response itself', foreign(response('SendItemResponse', sent))],
    [
      'in a response of another name',
      foreign(response('SendItemResult', `<m:ResponseMessages>${sent}</m:ResponseMessages>`)),
    ],
    ['without any wrapper', foreign(`<m:SendItemResponseMessage xmlns:m="${M}" ResponseClass="Success"/>`)],
    [
      'under another name',
      foreign(response('SendItemResponse', `<m:ResponseMessages>${success('x')}</m:ResponseMessages>`)),
    ],
    [
      'under names that name no operation',
      foreign(response('Result', `<m:Results>${success('ResponseMessage')}</m:Results>`)),
    ],
    [
      'with white space around the code',
      foreign(
        response(
          'SendItemResponse',
          '<m:SendItemResponseMessage><m:ResponseCode>\n  NoError\n</m:ResponseCode></m:SendItemResponseMessage>',
        ),
      ),
    ],
    ['in SOAP 1.2', foreign(response('SendItemResponse', sent), 'http://www.w3.org/2003/05/soap-envelope')],
    ['in an envelope of no known namespace', foreign(response('SendItemResponse', sent), 'urn:soap')],
    ['with no namespace declared', foreign(`<m:SendItemResponse>${sent}</m:SendItemResponse>`)],
    ['without prefixes', foreign(`<SendItemResponse xmlns="${M}">${sent.replaceAll('m:', '')}</SendItemResponse>`)],
    [
      'without a class',
      foreign(
        response(
          'SendItemResponse',
          `<m:ResponseMessages>${sent.replace(' ResponseClass="Success"', '')}</m:ResponseMessages>`,
        ),
      ),
    ],
    [
      'without a code',
      foreign(
        response(
          'SendItemResponse',
          `<m:ResponseMessages><m:SendItemResponseMessage ResponseClass="Success"/></m:ResponseMessages>`,
        ),
      ),
    ],
  ])('have their success seen %s', async (_name, answer) => {
    await expect(send(answer)).resolves.toBeUndefined();
  });

  it.each([
    [
      'a class of Error',
      `<m:SendItemResponseMessage ResponseClass="Error"><m:MessageText>No.</m:MessageText><m:ResponseCode>ErrorSendAsDenied</m:ResponseCode></m:SendItemResponseMessage>`,
      'ErrorSendAsDenied',
    ],
    [
      'a code and no class',
      `<m:SendItemResponseMessage><m:ResponseCode>ErrorSendAsDenied</m:ResponseCode></m:SendItemResponseMessage>`,
      'ErrorSendAsDenied',
    ],
    [
      'a class of Error and no code',
      `<m:SendItemResponseMessage ResponseClass="Error"><m:MessageText>No.</m:MessageText></m:SendItemResponseMessage>`,
      'UnknownError',
    ],
    ['no message', '', 'UnexpectedAnswer'],
    [
      'a code under a name that names no operation',
      `<m:ResponseMessage ResponseClass="Error"><m:ResponseCode>ErrorSendAsDenied</m:ResponseCode></m:ResponseMessage>`,
      'ErrorSendAsDenied',
    ],
  ])('do not have %s taken for success in any wrapper', async (_name, message, code) => {
    for (const wrapped of [`<m:Responses>${message}</m:Responses>`, message]) {
      expect((await errorOf(send(foreign(response('SendItemResponse', wrapped))))).code).toBe(code);
    }
  });

  it('do not have the success of another operation taken for theirs', async () => {
    const other = `<m:Responses>${success('GetItemResponseMessage')}</m:Responses>`;
    for (const name of ['Result', 'GetItemResponse'])
      expect((await errorOf(send(foreign(response(name, other))))).code).toBe('UnexpectedAnswer');
    const unnamed = `<m:Responses>${success('ResponseMessage')}</m:Responses>`;
    expect((await errorOf(send(foreign(response('GetItemResponse', unnamed))))).code).toBe('UnexpectedAnswer');
  });

  it.each([
    [302, true],
    [400, false],
    [401, false],
    [403, true],
    [404, false],
    [413, false],
    [499, true],
    [503, true],
  ])('with the status %d alone leave it open whether a message went out: %s', async (status, effectPossible) => {
    expect((await errorOf(send('', status))).details).toMatchObject({ code: `Http${status}`, effectPossible });
  });

  const item = (id: string, rest = '') => `<t:Message><t:ItemId Id="${id}" ChangeKey="K"/>${rest}</t:Message>`;

  it('are read by whatever is there: items, folders, changes and saved drafts', async () => {
    const wrap = (operation: string, content: string) =>
      foreign(response(`${operation}Response`, `<m:Responses>${success('x', content)}</m:Responses>`));
    const mime = `<t:MimeContent>${Buffer.from('Subject: x\r\n\r\nHi').toString('base64')}</t:MimeContent>`;
    const [fetched] = await session(wrap('GetItem', `<m:Items>${item('A', mime)}</m:Items>`), (mailbox) =>
      mailbox.fetchItems(['A']),
    );
    expect(fetched).toMatchObject({
      ok: true,
      item: { id: 'A', mime: Buffer.from('Subject: x\r\n\r\nHi'), properties: { receivedAt: null } },
    });

    const folder = await session(
      wrap('GetFolder', '<m:Folders><t:Folder><t:FolderId Id="F"/></t:Folder></m:Folders>'),
      (mailbox) => mailbox.openFolder(inbox),
    );
    expect(folder).toMatchObject({ id: 'F', totalCount: null });

    const changes = `<m:SyncState>S</m:SyncState><m:Changes><t:Update>${item('A', '<t:DateTimeReceived>2026-11-21T22:37:23.081490900Z</t:DateTimeReceived>')}</t:Update></m:Changes>`;
    stub.answer(xml(wrap('SyncFolderItems', changes)));
    const server = serverFor(stub.url, { now: () => new Date('2026-11-22T00:00:00Z') });
    const page = await server.openMailbox(IMPERSONATED).syncFolder(inbox, null, 10);
    await server.close();
    expect(page).toMatchObject({
      syncState: 'S',
      changes: [{ kind: 'update', item: { id: 'A', receivedAt: new Date('2026-11-21T22:37:23.081Z') } }],
    });

    const draft = await session(wrap('CreateItem', `<m:Items>${item('D')}</m:Items>`), (mailbox) =>
      mailbox.saveDraft({ ...DRAFT, attachments: [] }),
    );
    expect(draft).toEqual({ id: 'D', changeKey: 'K' });
  });

  it('that date a message to the year 2185 leave it without a date', async () => {
    const dated = (date: string) =>
      item('A', `<t:DateTimeReceived>${date}</t:DateTimeReceived><t:DateTimeSent>${date}</t:DateTimeSent>`);
    for (const date of ['2185-07-21T23:34:33.709551615Z', '1601-01-01T00:00:00Z', '0001-01-01T00:00:00Z']) {
      const answer = foreign(
        response(
          'GetItemResponse',
          `<m:ResponseMessages>${success('GetItemResponseMessage', `<m:Items>${dated(date)}</m:Items>`)}</m:ResponseMessages>`,
        ),
      );
      const [fetched] = await session(answer, (mailbox) => mailbox.fetchItems(['A']));
      expect(fetched).toMatchObject({ ok: true, item: { properties: { receivedAt: null, sentAt: null } } });
    }
  });

  const wordsOf = (error: MailServerError) => {
    const failure = classify(error);
    const context = { username: 'svc', ewsUrl: 'https://mail.example.com/', mailbox: '', values: failure.values };
    return explainInFull(failure, context);
  };

  it.each([
    [
      500,
      '<SOAP:Fault><faultcode>SOAP:Server</faultcode><faultstring>E-3117: failed to send mail</faultstring></SOAP:Fault>',
      'Server',
    ],
    [
      200,
      '<SOAP:Fault><faultcode>Server</faultcode><faultstring>E-3117: failed to send mail</faultstring></SOAP:Fault>',
      'Server',
    ],
    [
      200,
      '<SOAP:Fault><faultcode>SOAP:Server</faultcode><faultstring/><detail>E-3117: failed to send mail</detail></SOAP:Fault>',
      'Server',
    ],
    [
      200,
      '<SOAP:Fault><faultcode>ErrorInternalServerError</faultcode><faultstring>E-3117: failed to send mail</faultstring></SOAP:Fault>',
      'ErrorInternalServerError',
    ],
    [200, '<SOAP:Fault><faultstring>E-3117: failed to send mail</faultstring></SOAP:Fault>', 'UnknownFault'],
  ])('with status %d and a fault of a generic code give their own text', async (status, fault, code) => {
    const failed = { origin: 'response', code, effectPossible: true };
    // Of a server that has answered with EWS before.
    stub.answer(inTurn(xml(foreign(response('SendItemResponse', sent))), xml(foreign(fault), status)));
    const server = serverFor(stub.url);
    const send = () => server.openMailbox(IMPERSONATED).sendDraft({ id: 'I1', changeKey: null });
    await send();
    const error = await errorOf(send());
    await server.close();
    expect(error.details).toMatchObject({ ...failed, text: 'E-3117: failed to send mail' });
    expect(wordsOf(error).cause).toContain('“E-3117: failed to send mail”');
    // Of any other it can be that of whatever the address leads to.
    const { details } = await errorOf(
      session(foreign(fault), (mailbox) => mailbox.sendDraft({ id: 'I1', changeKey: null }), status),
    );
    const isKnown = code.startsWith('Error');
    expect(details).toMatchObject(failed);
    expect([details.text, details.hostWords].map((words) => words?.includes('E-3117') ?? false)).toEqual([
      isKnown,
      !isKnown,
    ]);
  });

  it.each([
    '<GetSecretResponse><ResponseCode>0</ResponseCode><Text>words</Text></GetSecretResponse>',
    '<GetSecretResponse><Result ResponseClass="internal"><Text>words</Text></Result></GetSecretResponse>',
    '<GetSecretResponse><List><ResponseCode>E-17</ResponseCode></List></GetSecretResponse>',
  ])('are those of mail servers only by codes of EWS, unlike %s', async (answer) => {
    const page = '<html><body>words of another service</body></html>';
    stub.answer(inTurn(xml(foreign(answer)), xml(page, 403)));
    const server = serverFor(stub.url);
    const send = () => server.openMailbox(IMPERSONATED).sendDraft({ id: 'I1', changeKey: null });
    const first = await errorOf(send());
    const second = await errorOf(send());
    await server.close();
    expect(first.details.text).not.toContain('GetSecret');
    expect(second.details.text).not.toContain('words');
    expect(second.details.hostWords).toBe('words of another service');
  });

  it('are those of a mail server only at the address that has shown to be one', async () => {
    const page = '<html><body>words of another service</body></html>';
    stub.answer(xml('<html>Service Unavailable</html>', 503, { 'x-feserver': 'EX01' }));
    const { port } = stub.server.address() as AddressInfo;
    const other = createServer((_request, answer) => answer.writeHead(403).end(page));
    await new Promise<void>((listening) => other.listen(port, '127.0.0.2', listening));
    const addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.1'];
    const server = serverFor(`http://mail.contoso.test:${port}/EWS/Exchange.asmx`, {
      // The name moves: behind it is another host each time.
      lookup: (_name, _options, callback) => callback(null, [{ address: addresses.shift() ?? '', family: 4 }]),
    });
    const send = () => errorOf(server.openMailbox(IMPERSONATED).sendDraft({ id: 'I1', changeKey: null }));
    try {
      expect((await send()).details.text).toContain('Service Unavailable');
      const { details } = await send();
      expect(details.text).not.toContain('words');
      expect(details.hostWords).toBe('words of another service');
      stub.answer(xml('<html>Later</html>', 503));
      expect((await send()).details.text).toContain('Later');
    } finally {
      await server.close();
      other.closeAllConnections();
      await new Promise((closed) => other.close(closed));
    }
  });

  it('that lack something are not told as if no mail server had answered', async () => {
    const error = await errorOf(
      session(foreign(response('CreateItemResponse', `<m:Responses>${success('x')}</m:Responses>`)), (mailbox) =>
        mailbox.saveDraft({ ...DRAFT, attachments: [] }),
      ),
    );
    expect(error.details).toMatchObject({ code: 'UnexpectedAnswer', text: 'the answer names no saved item' });
    expect(wordsOf(error)).toMatchObject({ title: 'The server’s answer lacks something', selfHealing: false });
    const page = await errorOf(send('<html><body>Sign in</body></html>'));
    expect(wordsOf(page).title).toBe('The answer is not one of EWS');
  });

  it('that refuse what cannot pass are not told as if it did', async () => {
    for (const code of [
      'ErrorInvalidRestriction',
      'ErrorUnsupportedPathForQuery',
      'ErrorUnsupportedPathForSortGroup',
      'ErrorInventedByAnother',
    ]) {
      const message = `<m:SendItemResponseMessage ResponseClass="Error"><m:ResponseCode>${code}</m:ResponseCode></m:SendItemResponseMessage>`;
      const words = wordsOf(await errorOf(send(foreign(response('SendItemResponse', message)))));
      expect(words.selfHealing).toBe(false);
      expect(JSON.stringify(words)).not.toMatch(/usually passes|one that passes/);
    }
    const gone =
      '<m:SendItemResponseMessage ResponseClass="Error"><m:ResponseCode>ErrorCannotFindUser</m:ResponseCode></m:SendItemResponseMessage>';
    const error = await errorOf(send(foreign(response('SendItemResponse', gone))));
    expect(classify(error)).toMatchObject({ category: 'mailbox-gone-moved', scope: 'mailbox', retry: 'never' });
    expect(wordsOf(error).title).toBe('The server finds no user for the mailbox');
  });
});

const recorded = join(__dirname, '../../../../shared/cases/foreign-answers');

(existsSync(recorded) ? describe : describe.skip)(
  'answers recorded from another server (needs ../shared/cases)',
  () => {
    const files = existsSync(recorded) ? readdirSync(recorded).filter((name) => name.endsWith('.response.txt')) : [];

    it.each(files)('%s is read as far as it goes', (name) => {
      const [, body = ''] = readFileSync(join(recorded, name), 'utf8').split(/\r?\n\r?\n/, 2);
      const request = readFileSync(join(recorded, name.replace('.response.txt', '.request.xml')), 'utf8');
      const operation = /<soap:Body>\s*<m:(\w+)/.exec(request)?.[1] ?? '';
      const reader = new AnswerReader({
        maxBytes: DEFAULT_LIMITS.maxAnswerBytes,
        maxDepth: DEFAULT_LIMITS.maxDepth,
        maxElements: DEFAULT_LIMITS.maxElements,
      });
      reader.write(Buffer.from(body));
      const envelope = reader.end();
      if (envelope.fault !== null) {
        expect(name).toContain('nonexistent-local-recipient');
        return;
      }
      expect(answersTo(envelope, operation)).toBe(true);
      const codes = envelope.messages.map((message) => childText(message, 'ResponseCode'));
      const expected = name.startsWith('neg-')
        ? ['ErrorInvalidId']
        : name.startsWith('createattachment')
          ? []
          : ['NoError'];
      expect(codes).toEqual(expected);
    });
  },
);

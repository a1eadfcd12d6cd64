import { gzipSync } from 'node:zlib';
import { INBOX, envelope, failure, fault, responses, success } from './support/answers.js';
import { errorOf, IMPERSONATED, SECRET, serverFor } from './support/clients.js';
import { startEwsStub, xml, type EwsStub, type Responder } from './support/ews-stub.js';

const ERRORS_NS = 'http://schemas.microsoft.com/exchange/services/2006/errors';

describe('errors as a server tells them', () => {
  let stub: EwsStub;

  beforeAll(async () => {
    stub = await startEwsStub();
  });
  afterAll(() => stub.close());

  async function openFolderError(responder: Responder) {
    stub.answer(responder);
    const server = serverFor(stub.url);
    try {
      return await errorOf(server.openMailbox(IMPERSONATED).openFolder({ distinguished: 'inbox' }));
    } finally {
      await server.close();
    }
  }

  const denied = fault('ErrorImpersonateUserDenied', 'The account does not have permission.');

  it.each([
    ['with status 500', xml(denied, 500)],
    ['with status 200', xml(denied, 200)],
    ['with status 401', xml(denied, 401)],
    ['compressed', xml(gzipSync(denied), 500, { 'content-encoding': 'gzip' })],
    ['in other prefixes', xml(denied.replace(/(?<=<\/?)s:/g, 'SOAP-ENV:').replace('xmlns:s=', 'xmlns:SOAP-ENV='), 500)],
    ['labelled as HTML', xml(denied, 500, { 'content-type': 'text/html' })],
    ['with a BOM', xml(`\ufeff${denied}`, 500)],
    [
      'with the details in no namespace and reversed',
      xml(
        envelope(
          '<s:Fault><detail><Message>The account does not have permission.</Message>' +
            '<ResponseCode>ErrorImpersonateUserDenied</ResponseCode></detail>' +
            '<faultstring>x</faultstring><faultcode>s:Client</faultcode></s:Fault>',
        ),
        500,
      ),
    ],
    [
      'with nothing but a faultcode and a faultstring',
      xml(
        envelope(
          '<s:Fault><faultcode xmlns:q="urn:x">q:ErrorImpersonateUserDenied</faultcode>' +
            '<faultstring>The account does not have permission.</faultstring></s:Fault>',
        ),
        500,
      ),
    ],
    [
      'as SOAP 1.2',
      xml(
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault><e:Code><e:Value>e:Sender</e:Value>' +
          '<e:Subcode><e:Value xmlns:a="urn:x">a:ErrorImpersonateUserDenied</e:Value></e:Subcode></e:Code>' +
          '<e:Reason><e:Text>The account does not have permission.</e:Text></e:Reason></e:Fault></e:Body></e:Envelope>',
        500,
      ),
    ],
  ])('reads a fault %s', async (_name, responder) => {
    const error = await openFolderError(responder);
    expect(error.details).toMatchObject({
      origin: 'response',
      code: 'ErrorImpersonateUserDenied',
      operation: 'GetFolder',
      text: 'The account does not have permission.',
      effectPossible: false,
    });
  });

  it('reads BackOffMilliseconds from either namespace, and falls back on Retry-After', async () => {
    const busy = fault('ErrorServerBusy', 'Busy.', { BackOffMilliseconds: '297749' });
    expect((await openFolderError(xml(busy, 500))).details.backOffMs).toBe(297_749);
    const inErrors = busy.replace('<t:MessageXml>', `<t:MessageXml xmlns:t="${ERRORS_NS}">`);
    expect(inErrors).not.toBe(busy);
    expect((await openFolderError(xml(inErrors, 500))).details.backOffMs).toBe(297_749);
    const retryAfter = await openFolderError(xml(fault('ErrorServerBusy'), 500, { 'retry-after': '7' }));
    expect(retryAfter.details.backOffMs).toBe(7000);
  });

  it('unwraps an inner code in a fault and in a response message', async () => {
    const values = {
      InnerErrorResponseCode: 'ErrorServerBusy',
      BackOffMilliseconds: '1000',
      InnerErrorMessageText: 'Busy.',
    };
    const inFault = await openFolderError(xml(fault('ErrorInternalServerError', 'Internal.', values)));
    expect(inFault.details).toMatchObject({ code: 'ErrorServerBusy', text: 'Busy.', backOffMs: 1000 });
    const entries = Object.entries(values).map(([name, value]) => `<t:Value Name="${name}">${value}</t:Value>`);
    const message = failure(
      'GetFolder',
      'ErrorInternalServerError',
      'x',
      `<m:MessageXml>${entries.join('')}</m:MessageXml>`,
    );
    const inMessage = await openFolderError(xml(responses('GetFolder', message)));
    expect(inMessage.details).toMatchObject({ code: 'ErrorServerBusy', text: 'Busy.', backOffMs: 1000 });
  });

  it('reads a response message with an error, its values and its diagnostics', async () => {
    const rest = '<m:MessageXml><t:Value Name="SmtpAddress">nobody@contoso.test</t:Value></m:MessageXml><m:Folders/>';
    const body = responses('GetFolder', failure('GetFolder', 'ErrorNonExistentMailbox', 'No such mailbox.', rest));
    const error = await openFolderError(
      xml(body, 200, {
        'request-id': 'r-1',
        'x-feserver': 'FE01',
        'x-targetbeserver': 'BE01.contoso.test',
        'x-diaginfo': 'D',
        'x-ms-diagnostics': '2000003;reason="x"',
      }),
    );
    expect(error.details).toMatchObject({
      code: 'ErrorNonExistentMailbox',
      text: 'No such mailbox.',
      values: { SmtpAddress: 'nobody@contoso.test' },
      diagnostics: {
        requestId: 'r-1',
        httpStatus: 200,
        frontEndServer: 'FE01',
        backEndServer: 'BE01.contoso.test',
        diagnosticInfo: 'D; 2000003;reason="x"',
        serverVersion: '15.2.2562.17',
      },
    });
    expect(error.details.diagnostics.clientRequestId).toBe(stub.seen.at(-1)?.headers['client-request-id']);
  });

  it('takes a warning for an error only when nothing came with it', async () => {
    const stopped = responses(
      'GetFolder',
      failure('GetFolder', 'ErrorBatchProcessingStopped', 'x', '<m:Folders/>', 'Warning'),
    );
    expect((await openFolderError(xml(stopped))).code).toBe('ErrorBatchProcessingStopped');
    const warned = INBOX.replace('ResponseClass="Success"', 'ResponseClass="Warning"').replace('NoError', 'ErrorX');
    stub.answer(xml(warned));
    const server = serverFor(stub.url);
    await expect(server.openMailbox(IMPERSONATED).openFolder({ distinguished: 'inbox' })).resolves.toMatchObject({
      id: 'F1',
    });
    await server.close();
  });

  const page = (title: string) =>
    `<!DOCTYPE html><html><head><title>${title}</title><style>x</style></head><body>Sign in</body></html>`;

  it.each<[string, Responder, object]>([
    [
      '401',
      xml('locked out', 401, { 'www-authenticate': 'Negotiate' }),
      { code: 'Http401', values: { offeredAuthentication: 'Negotiate' } },
    ],
    ['403', xml('', 403), { code: 'Http403', origin: 'http' }],
    ['404', xml(page('Not here'), 404), { code: 'Http404' }],
    ['413', xml('', 413), { code: 'Http413' }],
    ['440', xml(page('Login'), 440), { code: 'Http440' }],
    ['456', xml('', 456), { code: 'Http456' }],
    ['500 without XML', xml('oops', 500), { code: 'Http500' }],
    ['500 with a stray document', xml('<error>oops</error>', 500), { code: 'Http500' }],
    ['502', xml(page('Bad gateway'), 502), { code: 'Http502' }],
    ['503 with seconds', xml('', 503, { 'retry-after': '120' }), { code: 'Http503', backOffMs: 120_000 }],
    [
      '503 with a date past',
      xml('', 503, { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }),
      { code: 'Http503', backOffMs: 0 },
    ],
    ['503 without', xml('', 503), { code: 'Http503', backOffMs: null }],
    ['a web page with 200', xml(page('Outlook'), 200), { code: 'UnexpectedAnswer', origin: 'protocol' }],
    ['a page without DOCTYPE', xml('<html><body>Hello</body></html>', 200), { code: 'UnexpectedAnswer' }],
    ['nothing with 200', xml('', 200), { code: 'UnexpectedAnswer' }],
    ['an envelope with an empty body', xml(envelope('')), { code: 'UnexpectedAnswer' }],
    ['the answer to another operation', xml(success('FindItem', '')), { code: 'UnexpectedAnswer' }],
    ['no response message', xml(responses('GetFolder')), { code: 'UnexpectedAnswer' }],
    ['a cut document', xml(INBOX.slice(0, -20)), { code: 'InvalidXml' }],
    [
      'a DOCTYPE',
      xml(INBOX.replace('<s:Envelope', '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><s:Envelope')),
      { code: 'InvalidXml' },
    ],
    ['an unknown encoding', xml(INBOX, 200, { 'content-encoding': 'br' }), { code: 'UnexpectedAnswer' }],
    [
      'a damaged gzip',
      xml(gzipSync(INBOX).subarray(0, 100), 200, { 'content-encoding': 'gzip' }),
      { code: 'UnexpectedAnswer' },
    ],
    ['no gzip at all', xml(INBOX, 200, { 'content-encoding': 'gzip' }), { code: 'UnexpectedAnswer' }],
  ])('tells %s', async (_name, responder, expected) => {
    const error = await openFolderError(responder);
    expect(error.details).toMatchObject(expected);
    expect(error.details.effectPossible).toBe(false);
  });

  it('reads a Retry-After that is a date to come', async () => {
    const date = new Date(Date.now() + 90_000).toUTCString();
    const { backOffMs } = (await openFolderError(xml('', 503, { 'retry-after': date }))).details;
    expect(backOffMs).toBeGreaterThan(80_000);
    expect(backOffMs).toBeLessThanOrEqual(90_000);
  });

  it('shows the words of an error page, without markup and at most 300 characters', async () => {
    const error = await openFolderError(
      xml(`<html><script>var x</script><b>Your account&nbsp;is locked</b>${'y '.repeat(900)}`, 401),
    );
    const { text, hostWords = '' } = error.details;
    expect(hostWords).toContain('Your account is locked');
    expect(hostWords).not.toContain('var x');
    expect(hostWords?.length).toBeLessThan(400);
    // Nothing shows that it is a mail server, so owners of profiles do not read it.
    expect(text).not.toContain('locked');
  });

  it('takes the secrets out of whatever the server echoes', async () => {
    const token = Buffer.from(`CONTOSO\\svc:${SECRET}`).toString('base64');
    const texts = [
      (await openFolderError(xml(`Authorization: Basic ${token} ${SECRET}`, 403))).details,
      (await openFolderError(xml(fault('ErrorX', token, { Header: token }), 500))).details,
    ].map((details) => JSON.stringify(details));
    for (const text of texts) {
      expect(text).toContain('***');
      expect(text).not.toContain(token);
      expect(text).not.toContain(SECRET);
    }
  });
});

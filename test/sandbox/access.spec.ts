import { readFileSync } from 'node:fs';
import {
  ANNA,
  BEN,
  CLARA,
  type RecordedSandbox,
  itAnswersBySchema,
  startRecorded,
} from './support/recorded-sandbox.js';
import { SERVICE, call, distinguished, envelope, itemIds, post, rawCall } from './support/ews-client.js';

const TYPES = 'http://schemas.microsoft.com/exchange/services/2006/types';
const MESSAGES = 'http://schemas.microsoft.com/exchange/services/2006/messages';
const inbox = (mailbox?: string): string =>
  `<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds>${distinguished('inbox', mailbox)}</m:FolderIds></m:GetFolder>`;
const basic = `Basic ${Buffer.from(`${SERVICE.username}:${SERVICE.password}`).toString('base64')}`;

describe('access', () => {
  let sandbox: RecordedSandbox;
  beforeAll(async () => {
    sandbox = await startRecorded({
      serviceAccounts: [
        { ...SERVICE, scope: [ANNA, BEN] },
        { username: 'svc-box', password: 'pw', scope: [], mailbox: CLARA },
      ],
      maxRequestBytes: 4096,
    });
  });
  afterAll(() => sandbox.close());
  const open = (options: object, mailbox?: string) => call(sandbox.ewsUrl, inbox(mailbox), options);

  it('wants a password', async () => {
    for (const headers of [
      {},
      { Authorization: 'Basic bad' },
      { Authorization: 'Bearer x' },
      { Authorization: `Basic ${Buffer.from('svc-postroom:no').toString('base64')}` },
    ]) {
      const answer = await post(sandbox.ewsUrl, 'x', {
        'Content-Type': 'text/xml',
        ...(headers as Record<string, string>),
      });
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Basic realm="postroom.example"');
    }
    expect((await open({ user: ANNA, password: 'anna-pw' })).codes).toEqual(['NoError']);
    expect((await open({ user: 'POSTROOM\\anna.lind', password: 'anna-pw' })).codes).toEqual(['NoError']);
    sandbox.control.lockAccount(SERVICE.username);
    await expect(open({ as: ANNA })).rejects.toThrow('HTTP 401');
    sandbox.control.lockAccount(SERVICE.username, false);
    sandbox.control.setPassword(SERVICE.username, 'new');
    await expect(open({ as: ANNA })).rejects.toThrow('HTTP 401');
    sandbox.control.setPassword(SERVICE.username, SERVICE.password);
  });

  it('impersonates by each kind of identity', async () => {
    sandbox.control.addMailbox({
      address: 'gina@postroom.example',
      upn: 'gina.upn@corp.example',
      sid: 'S-1-5-21-1-2-3-1104',
      aliases: ['g@postroom.example'],
    });
    sandbox.control.grant(SERVICE.username, ['gina@postroom.example']);
    const kinds = [
      ['SmtpAddress', 'GINA@postroom.example', 'NoError'],
      ['SmtpAddress', 'g@postroom.example', 'NoError'],
      ['PrimarySmtpAddress', 'gina@postroom.example', 'NoError'],
      ['PrimarySmtpAddress', 'g@postroom.example', 'ErrorNonPrimarySmtpAddress'],
      ['PrincipalName', 'gina.upn@corp.example', 'NoError'],
      ['SID', 'S-1-5-21-1-2-3-1104', 'NoError'],
      ['SID', 'rubbish', 'ErrorInvalidSid'],
      ['SmtpAddress', 'rubbish', 'ErrorInvalidSmtpAddress'],
      ['SmtpAddress', 'nobody@postroom.example', 'ErrorNonExistentMailbox'],
      ['PrincipalName', 'nobody@postroom.example', 'ErrorNonExistentMailbox'],
    ] as const;
    for (const [sid, as, code] of kinds) {
      const answer = await open({ sid, as });
      expect([sid, as, answer.codes[0], answer.status]).toEqual([sid, as, code, code === 'NoError' ? 200 : 500]);
    }
    expect((await open({ sid: 'PrimarySmtpAddress', as: 'g@postroom.example' })).text('Value')).toBe(
      'gina@postroom.example',
    );
    const two =
      '<t:ExchangeImpersonation><t:ConnectingSID><t:SmtpAddress>a@b.c</t:SmtpAddress><t:SID>S-1-1</t:SID></t:ConnectingSID></t:ExchangeImpersonation>';
    expect((await open({ soapHeader: two })).codes).toEqual(['ErrorSchemaValidation']);
  });

  it('impersonates by the header of the types namespace only', async () => {
    const header = (namespace: string, children = namespace, name = 'SmtpAddress'): string =>
      `<h:ExchangeImpersonation xmlns:h="${namespace}" xmlns:c="${children}"><c:ConnectingSID><c:${name}>${BEN}</c:${name}></c:ConnectingSID></h:ExchangeImpersonation>`;
    const right = header(TYPES);
    expect((await open({ soapHeader: right })).codes).toEqual(['NoError']);
    // One of another namespace is a block that the server does not know: the account acts as itself.
    for (const namespace of [MESSAGES, 'urn:other']) {
      const foreign = await open({ soapHeader: header(namespace) });
      expect([namespace, foreign.status, foreign.codes]).toEqual([namespace, 200, ['ErrorMissingEmailAddress']]);
      const inside = await open({ soapHeader: header(TYPES, namespace) });
      expect([namespace, inside.status, inside.codes]).toEqual([namespace, 500, ['ErrorSchemaValidation']]);
    }
    expect((await open({ soapHeader: header(TYPES, TYPES, 'Address') })).codes).toEqual(['ErrorSchemaValidation']);
    expect((await open({ soapHeader: right + right })).codes).toEqual(['ErrorDuplicateSOAPHeader']);
    const version = `<h:RequestServerVersion xmlns:h="${MESSAGES}" Version="Exchange2099"/>`;
    expect((await open({ as: BEN, soapHeader: version })).codes).toEqual(['NoError']);
  });

  it('denies what is out of scope in the words of Exchange, until it is granted', async () => {
    const denied = await rawCall(sandbox.ewsUrl, inbox(), { as: CLARA });
    expect(denied.status).toBe(500);
    expect(denied.body).toContain('a:ErrorImpersonateUserDenied');
    expect(denied.body).not.toContain('ServerVersionInfo');
    try {
      const example = readFileSync('../shared/ews-schema/examples/fault-impersonate-user-denied.xml', 'utf8');
      const compact = (xml: string): string => xml.replace(/>\s+</g, '><').trim();
      expect(compact(denied.body)).toBe(compact(example));
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOENT') throw error;
    }
    sandbox.control.grant(SERVICE.username, [CLARA]);
    expect((await open({ as: CLARA })).codes).toEqual(['NoError']);
    sandbox.control.revoke(SERVICE.username, [CLARA]);
    expect((await open({ as: CLARA })).codes).toEqual(['ErrorImpersonateUserDenied']);
    sandbox.control.grant(SERVICE.username, 'all');
    sandbox.control.revoke(SERVICE.username, [CLARA]);
    expect((await open({ as: CLARA })).codes).toEqual(['ErrorImpersonateUserDenied']);
    expect((await open({ as: BEN })).codes).toEqual(['NoError']);
    sandbox.control.revoke(SERVICE.username, 'all');
    expect((await open({ as: BEN })).codes).toEqual(['ErrorImpersonateUserDenied']);
    sandbox.control.grant(SERVICE.username, { group: 'sales' });
    expect((await open({ as: BEN })).codes).toEqual(['NoError']);
    sandbox.control.disableAccount(BEN);
    expect((await open({ as: BEN })).codes).toEqual(['ErrorImpersonateUserDenied']);
    sandbox.control.enableAccount(BEN);
    expect((await open({ as: BEN })).codes).toEqual(['NoError']);
    expect((await open({ user: ANNA, password: 'anna-pw', as: BEN })).codes).toEqual(['ErrorImpersonateUserDenied']);
  });

  it('opens mailboxes without impersonation to their owner and delegates only', async () => {
    expect((await open({})).codes).toEqual(['ErrorMissingEmailAddress']);
    expect((await open({ user: 'svc-box', password: 'pw' })).codes).toEqual(['NoError']);
    expect((await open({}, BEN)).codes).toEqual(['ErrorAccessDenied']);
    expect((await open({}, 'nobody@postroom.example')).codes).toEqual(['ErrorNonExistentMailbox']);
    sandbox.control.setDelegate(BEN, SERVICE.username);
    const own = await open({}, BEN);
    expect(own.codes).toEqual(['NoError']);
    const folder = own.first('FolderId').attribute('Id') ?? '';
    const byId = `<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds><t:FolderId Id="${folder}"/></m:FolderIds></m:GetFolder>`;
    expect((await call(sandbox.ewsUrl, byId)).codes).toEqual(['NoError']);
    expect((await call(sandbox.ewsUrl, byId, { user: ANNA, password: 'anna-pw' })).codes).toEqual([
      'ErrorItemNotFound',
    ]);
    const [id = ''] = await sandbox.control.deliver(BEN, {});
    const item = `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>${itemIds({ Id: id })}</m:GetItem>`;
    expect((await call(sandbox.ewsUrl, item, { user: ANNA, password: 'anna-pw' })).codes).toEqual([
      'ErrorItemNotFound',
    ]);
    sandbox.control.setDelegate(BEN, SERVICE.username, false);
    expect((await call(sandbox.ewsUrl, item)).codes).toEqual(['ErrorItemNotFound']);
  });

  it('speaks HTTP as IIS and Exchange do', async () => {
    const twice = inbox()
      .replace('Default', 'AllProperties')
      .replace('</m:FolderIds>', `${distinguished('drafts')}</m:FolderIds>`);
    const answer = await rawCall(sandbox.ewsUrl, twice, {
      as: BEN,
      headers: { 'client-request-id': 'b6a7e1c4-0000-4000-8000-000000000000', 'return-client-request-id': 'true' },
    });
    expect(answer.headers).toMatchObject({
      'client-request-id': 'b6a7e1c4-0000-4000-8000-000000000000',
      'x-feserver': 'MBX01',
      'content-type': 'text/xml; charset=utf-8',
      'content-encoding': 'gzip',
    });
    expect(answer.headers['request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.body).toContain('ServerVersionInfo');
    const headers = { 'Content-Type': 'text/xml', Authorization: basic };
    expect(
      (await post(sandbox.ewsUrl, envelope(inbox(), { as: BEN }), { ...headers, 'Transfer-Encoding': 'chunked' }))
        .status,
    ).toBe(411);
    expect((await post(sandbox.ewsUrl, 'x'.repeat(5000), { ...headers, 'Content-Length': '5000' })).status).toBe(413);
    expect(
      (await post(sandbox.ewsUrl, 'x', { ...headers, 'Content-Length': '1', 'Content-Type': 'text/plain' })).status,
    ).toBe(415);
    expect((await fetch(sandbox.ewsUrl)).status).toBe(401);
    expect((await fetch(sandbox.ewsUrl, { headers: { Authorization: basic } })).status).toBe(405);
    expect((await post(sandbox.ewsUrl.replace('Exchange.asmx', 'nothing'), 'x', headers)).status).toBe(404);
    const evil = '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>';
    const refused = await post(sandbox.ewsUrl, evil, { ...headers, 'Content-Length': String(evil.length) });
    expect([refused.status, refused.body.includes('ErrorSchemaValidation')]).toEqual([500, true]);
    expect((await open({ as: BEN, version: 'Exchange2019' })).codes).toEqual(['NoError']);
    expect((await open({ as: BEN, version: 'Exchange2099' })).codes).toEqual(['ErrorInvalidServerVersion']);
    const logged = sandbox.control.lastCalls(1)[0];
    expect(logged).toMatchObject({ operation: 'GetFolder', address: BEN, account: SERVICE.username, httpStatus: 500 });
    expect(logged?.headers.authorization).toBeUndefined();
  });

  itAnswersBySchema(() => sandbox);
});

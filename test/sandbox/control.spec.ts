import { ANNA, BEN, type RecordedSandbox, itAnswersBySchema, startRecorded } from './support/recorded-sandbox.js';
import { call, distinguished, getItem, rawCall } from './support/ews-client.js';

const inbox = `<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds>${distinguished('inbox')}</m:FolderIds></m:GetFolder>`;

describe('control', () => {
  let sandbox: RecordedSandbox;
  beforeAll(async () => {
    sandbox = await startRecorded();
  });
  afterAll(() => sandbox.close());
  const as = { as: ANNA };
  const post = async (name: string, body: unknown): Promise<{ status: number; value: unknown }> => {
    const response = await fetch(`${sandbox.controlUrl}/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, value: await response.json() };
  };

  it('is reachable by HTTP with the same names', async () => {
    const ids = (await post('deliver', { address: ANNA, count: 2, subject: 'By HTTP – ü' })).value as string[];
    expect(ids).toHaveLength(2);
    const eml = Buffer.from('Subject: As base64\r\n\r\nx').toString('base64');
    await post('deliver', { address: ANNA, eml });
    const items = (await post('list-items', { address: ANNA })).value as { subject: string }[];
    expect(items.map(({ subject }) => subject)).toEqual(['By HTTP – ü 1', 'By HTTP – ü 2', 'As base64']);
    expect(await post('deliver', { address: 'who@postroom.example' })).toMatchObject({ status: 400 });
    expect(await post('deliver', { address: ANNA, count: 'x' })).toMatchObject({ status: 400 });
    expect(await post('no-such-thing', {})).toMatchObject({ status: 404 });
    expect((await fetch(`${sandbox.controlUrl}/deliver`, { method: 'POST', body: '{}' })).status).toBe(415);
    const state = (await (await fetch(`${sandbox.controlUrl}/state`)).json()) as { mailboxes: { address: string }[] };
    expect(state.mailboxes.map(({ address }) => address)).toContain(BEN);
    expect(JSON.stringify(state)).not.toContain('password');
  });

  it('injects each kind of fault, for so many calls', async () => {
    const inject = (fault: Parameters<typeof sandbox.control.injectFault>[0]['fault'], times = 1) =>
      sandbox.control.injectFault({ operation: 'GetFolder', address: ANNA, times, fault });
    inject({ code: 'ErrorServerBusy', backOffMs: 297749 }, 2);
    for (let round = 0; round < 2; round++) {
      const busy = await call(sandbox.ewsUrl, inbox, as);
      expect([busy.status, busy.codes[0], busy.text('Value')]).toEqual([500, 'ErrorServerBusy', '297749']);
    }
    expect((await call(sandbox.ewsUrl, inbox, { as: BEN })).codes).toEqual(['NoError']);
    expect((await call(sandbox.ewsUrl, inbox, as)).codes).toEqual(['NoError']);

    inject({ http: 503, headers: { 'Retry-After': '7' }, body: 'busy' });
    const unavailable = await rawCall(sandbox.ewsUrl, inbox, as);
    expect([unavailable.status, unavailable.headers['retry-after'], unavailable.body]).toEqual([503, '7', 'busy']);
    for (const fault of [{ dropBefore: true }, { dropAfterCommit: true }, { truncate: true }] as const) {
      inject(fault);
      await expect(call(sandbox.ewsUrl, inbox, as)).rejects.toThrow();
    }
    inject({ itemError: 'ErrorMailboxStoreUnavailable' });
    expect((await call(sandbox.ewsUrl, inbox, as)).codes).toEqual(['ErrorMailboxStoreUnavailable']);
    inject({ innerServerBusy: true });
    const inner = await call(sandbox.ewsUrl, inbox, as);
    expect(inner.codes).toEqual(['ErrorInternalServerError']);
    expect(inner.all('Value').map((value) => value.text)).toContain('ErrorServerBusy');
    inject({ html: true });
    expect((await rawCall(sandbox.ewsUrl, inbox, as)).headers['content-type']).toBe('text/html');
    inject({ raw: '<half' });
    expect((await rawCall(sandbox.ewsUrl, inbox, as)).body).toBe('<half');
    inject({ delayMs: 30 });
    const began = Date.now();
    await call(sandbox.ewsUrl, inbox, as);
    expect(Date.now() - began).toBeGreaterThanOrEqual(29);
    inject({ html: true });
    sandbox.control.clearFaults();
    expect((await call(sandbox.ewsUrl, inbox, as)).codes).toEqual(['NoError']);
  });

  it('gives item errors for each item of a call', async () => {
    const ids = (await sandbox.control.deliver(ANNA, { count: 3 })).map((Id) => ({ Id }));
    await post('inject-fault', { operation: 'GetItem', times: 1, fault: { itemError: 'ErrorCorruptData' } });
    expect((await call(sandbox.ewsUrl, getItem(ids), as)).codes).toEqual([
      'ErrorCorruptData',
      'ErrorCorruptData',
      'ErrorCorruptData',
    ]);
  });

  it('limits concurrent calls of an account', async () => {
    sandbox.control.setMaxConcurrentCalls(2);
    sandbox.control.injectFault({ times: 2, fault: { delayMs: 200 } });
    const slow = [call(sandbox.ewsUrl, inbox, as), call(sandbox.ewsUrl, inbox, as)];
    while (sandbox.control.counts().calls.openCalls < 2) await new Promise(setImmediate);
    expect((await call(sandbox.ewsUrl, inbox, as)).codes).toEqual(['ErrorExceededConnectionCount']);
    expect((await Promise.all(slow)).flatMap((answer) => answer.codes)).toEqual(['NoError', 'NoError']);
    sandbox.control.setMaxConcurrentCalls(null);
  });

  it('counts calls and can leave out what is optional, under any prefix', async () => {
    sandbox.control.resetCounts();
    sandbox.control.setOmitOptional(true);
    sandbox.control.setPrefixes('random');
    const [item] = sandbox.control.listItems(ANNA);
    const answer = await rawCall(
      sandbox.ewsUrl,
      getItem(
        [{ Id: item?.id ?? '' }],
        '<t:BaseShape>AllProperties</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="item:Subject"/></t:AdditionalProperties>',
      ),
      as,
    );
    expect(answer.body).not.toMatch(/<\/?[smt]:/);
    expect(answer.body).not.toContain('ServerVersionInfo');
    expect(answer.body).not.toContain('DateTimeSent');
    expect(answer.body).toContain('Subject');
    sandbox.control.setOmitOptional(false);
    sandbox.control.setPrefixes('fixed');
    expect(sandbox.control.counts().calls).toMatchObject({
      total: 1,
      byOperation: { GetItem: 1 },
      byAccount: { 'svc-postroom': 1 },
    });
  });

  it('lets believable mail flow in', async () => {
    const before = sandbox.control.listItems(BEN).length;
    sandbox.control.startTraffic({ perMinute: 6000, addresses: [BEN] });
    while (sandbox.control.listItems(BEN).length < before + 12) await new Promise(setImmediate);
    sandbox.control.stopTraffic();
    const subjects = sandbox.control.listItems(BEN).map(({ subject }) => subject);
    expect(subjects.some((subject) => subject.startsWith('Re: '))).toBe(true);
    const ids = sandbox.control.listItems(BEN).map(({ id }) => ({ Id: id }));
    expect(new Set((await call(sandbox.ewsUrl, getItem(ids), { as: BEN })).codes)).toEqual(new Set(['NoError']));
  });

  itAnswersBySchema(() => sandbox);
});

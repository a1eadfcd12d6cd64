import type { OutgoingDraft } from '../../../src/drivers/port/mail-item.js';
import type { MailboxAccess, MailboxSession } from '../../../src/drivers/port/mail-server.js';
import { detailsOf, fetched, inbox, listed } from '../port/support.js';
import { openExchangeWorld, type ExchangeWorld } from './support/exchange-world.js';

let number = 0;
function draft(to: string): OutgoingDraft {
  const marker = `m-${++number}`;
  return {
    marker,
    internetMessageId: `<${marker}@contoso.test>`,
    to: [{ name: null, address: to }],
    cc: [],
    bcc: [],
    replyTo: [],
    subject: 'Grüße',
    text: 'Hello',
    html: null,
    attachments: [],
  };
}

/** What only Exchange has, beside what the port asks of every driver (conformance.spec.ts). */
describe.each<MailboxAccess>(['impersonation', 'delegation'])('Exchange, by %s', (access) => {
  let world: ExchangeWorld;
  let alice: MailboxSession;
  const control = () => world.sandbox.control;

  beforeEach(async () => {
    world = await openExchangeWorld({ access });
    alice = world.open(world.alice);
  });
  afterEach(() => world.close());

  it('does not take a count that the server leaves out for none', async () => {
    await world.deliver(world.alice, { receivedAt: '2026-09-01T00:00:00Z' });
    control().setOmitOptional(true);
    const [from, to] = [new Date('2026-09-01T00:00:00Z'), new Date('2026-09-01T01:00:00Z')];
    await expect(alice.countReceivedBetween(inbox, from, to)).resolves.toBeNull();
  });

  it('asks once to send, and reads an answer that is cut off as one', async () => {
    const ref = await alice.saveDraft(draft(world.bob));
    world.trouble('lost-answer', 'sendDraft');
    expect(await detailsOf(alice.sendDraft(ref))).toMatchObject({ origin: 'transport', effectPossible: true });
    expect(control().counts().calls.byOperation['SendItem']).toBe(1);
    control().injectFault({ operation: 'CreateItem', times: 1, fault: { truncate: true } });
    const another = draft(world.bob);
    expect((await detailsOf(alice.saveDraft(another))).effectPossible).toBe(true);
    await expect(alice.findByMarker(another.marker)).resolves.toMatchObject([{ folder: 'drafts' }]);
  });

  it.each([
    [{ code: 'ErrorServerBusy', backOffMs: 1500 }, 'ErrorServerBusy', 1500],
    [{ innerServerBusy: true }, 'ErrorServerBusy', undefined],
    [{ html: true }, 'UnexpectedAnswer', null],
    [{ http: 503, headers: { 'Retry-After': '3' } }, 'Http503', 3000],
    [{ itemError: 'ErrorMailboxStoreUnavailable' }, 'ErrorMailboxStoreUnavailable', null],
    [{ raw: '<nonsense' }, 'InvalidXml', null],
  ] as const)('reads %j as %s', async (fault, code, backOffMs) => {
    control().injectFault({ times: 1, fault });
    const details = await detailsOf(alice.openFolder(inbox));
    expect(details.code).toBe(code);
    if (backOffMs !== undefined) expect(details.backOffMs ?? null).toBe(backOffMs);
  });

  it('reads answers with other prefixes, without optional elements, with forbidden characters', async () => {
    control().setPrefixes('random');
    control().setOmitOptional(true);
    control().setIllegalCharacters('references');
    const ids = await world.deliver(world.alice, { count: 3, subject: 'A\u001aB' });
    await expect(alice.openFolder(inbox)).resolves.toMatchObject({ id: expect.any(String) });
    const page = await alice.syncFolder(inbox, null, 512);
    expect(page.changes).toHaveLength(3);
    expect((await listed(alice, 2)).map(({ id }) => id)).toEqual(ids);
    for (const item of fetched(await alice.fetchItems(ids))) expect(item.mime?.length).toBeGreaterThan(50);
    const outgoing = draft(world.bob);
    await alice.sendDraft(await alice.saveDraft(outgoing));
    await expect(alice.findByMarker(outgoing.marker)).resolves.toMatchObject([{ folder: 'sentitems' }]);
  });

  it('names the codes of what it refuses', async () => {
    expect((await detailsOf(world.openWithWrongPassword(world.bob).openFolder(inbox))).code).toBe('Http401');
    const { syncState } = await alice.syncFolder(inbox, null, 3);
    world.loseSyncStates(world.alice);
    expect((await detailsOf(alice.syncFolder(inbox, syncState, 3))).code).toBe('ErrorInvalidSyncStateData');
    world.deny(world.alice);
    const { code, operation } = await detailsOf(alice.openFolder(inbox));
    expect(operation).toBe('GetFolder');
    if (access === 'impersonation') expect(code).toBe('ErrorImpersonateUserDenied');
  });
});

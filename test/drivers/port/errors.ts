import type { MailErrorDetails } from '../../../src/drivers/port/mail-error.js';
import type { PortWorld, Trouble } from './port-world.js';
import { detailsOf, inbox } from './support.js';

/** What an error says: everything that is decided above the driver is decided by it. */
export function itSays(world: () => PortWorld): void {
  const alice = () => world().open(world().alice);

  it.each<[string, Trouble, Partial<MailErrorDetails>]>([
    ['the server asks for quiet', { busyMs: 1_500 }, { category: 'throttling', retry: 'backoff', backOffMs: 1_500 }],
    ['no mail server answers', 'web-page', { origin: 'protocol' }],
    ['the store is away', 'unavailable', { category: 'transient-server', retry: 'backoff' }],
  ])('that %s', async (_name, trouble, details) => {
    world().trouble(trouble, 'openFolder');
    expect(await detailsOf(alice().openFolder(inbox))).toMatchObject(details);
    await expect(alice().openFolder(inbox)).resolves.toBeDefined();
  });

  it('that the account may not open the mailbox, and names the call for its administrator', async () => {
    world().deny(world().alice);
    const details = await detailsOf(alice().openFolder(inbox));
    expect(details).toMatchObject({ origin: 'response', retry: 'never', effectPossible: false });
    expect(['impersonation-permission', 'mailbox-gone-moved']).toContain(details.category);
    expect(details.text).not.toBe('');
    expect(details.diagnostics.clientRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(details.diagnostics.requestId).not.toBeNull();
    await expect(world().open(world().bob).openFolder(inbox)).resolves.toBeDefined();
  });

  it('that the password is refused', async () => {
    const details = await detailsOf(world().openWithWrongPassword(world().bob).openFolder(inbox));
    expect(details).toMatchObject({ kind: 'credentials-refused', scope: 'profile', effectPossible: false });
  });

  it('rejects with the reason of the signal, and with nothing else', async () => {
    const reason = new Error('the run is over');
    await expect(alice().openFolder(inbox, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const later = new AbortController();
    const call = alice().listFolders({ signal: later.signal });
    later.abort(reason);
    await expect(call).rejects.toBe(reason);
  });
}

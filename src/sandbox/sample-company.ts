import { BusinessMail } from './traffic/business-mail.js';
import type { SandboxMailboxSeed } from './options.js';
import type { SandboxControl } from './control/control.js';

export const SAMPLE_DOMAIN = 'postroom.example';
export const SAMPLE_ACCOUNT = 'svc-postroom';

/** A fictitious timber merchant. The two of the board lie outside the service account's scope. */
export const SAMPLE_MAILBOXES: readonly SandboxMailboxSeed[] = [
  {
    address: 'anna.lind@postroom.example',
    displayName: 'Anna Lind',
    aliases: ['anna@postroom.example'],
    groups: ['sales'],
  },
  { address: 'ben.okafor@postroom.example', displayName: 'Ben Okafor', groups: ['sales'] },
  { address: 'clara.meyer@postroom.example', displayName: 'Clara Meyer', groups: ['sales'] },
  { address: 'david.rossi@postroom.example', displayName: 'David Rossi', groups: ['purchasing'] },
  { address: 'elif.kaya@postroom.example', displayName: 'Elif Kaya', groups: ['purchasing'] },
  { address: 'finn.larsen@postroom.example', displayName: 'Finn Larsen', groups: ['logistics'] },
  { address: 'grace.chen@postroom.example', displayName: 'Grace Chen', groups: ['logistics'] },
  { address: 'hugo.martin@postroom.example', displayName: 'Hugo Martin', groups: ['accounts'] },
  { address: 'support@postroom.example', displayName: 'Customer Support', aliases: ['help@postroom.example'] },
  { address: 'orders@postroom.example', displayName: 'Orders' },
  { address: 'ines.almeida@postroom.example', displayName: 'Inês Almeida', groups: ['board'] },
  { address: 'jonas.weber@postroom.example', displayName: 'Jonas Weber', groups: ['board'] },
];

/** Mailboxes that the sample's service account may impersonate. */
export const SAMPLE_SCOPE: readonly string[] = SAMPLE_MAILBOXES.filter(({ groups }) => !groups?.includes('board')).map(
  ({ address }) => address,
);

const MESSAGES_EACH = 6;
const EVERY_MS = 7 * 3_600_000;

/** Puts mail of the last days into every mailbox that has none yet. */
export async function deliverSampleMail(control: SandboxControl, now: Date = new Date()): Promise<void> {
  for (const [place, { address, displayName = address }] of SAMPLE_MAILBOXES.entries()) {
    if (control.listItems(address).length > 0) continue;
    const mail = new BusinessMail(place);
    for (let index = MESSAGES_EACH; index > 0; index--) {
      const at = new Date(now.getTime() - index * EVERY_MS - place * 600_000);
      await control.deliver(address, { ...mail.next({ name: displayName, address }), date: at, receivedAt: at });
    }
  }
}

import type { SandboxOptions } from './options.js';
import type { Organisation } from './store/organisation.js';

/**
 * Adds the mailboxes and accounts of the options that are not there yet. What a data file knows stays: scopes and rights
 * may have been changed since; only an account's password follows the options.
 */
export function seed(organisation: Organisation, options: SandboxOptions): void {
  for (const mailbox of options.mailboxes ?? []) {
    if (!organisation.byAnyAddress(mailbox.address)) organisation.createMailbox(mailbox);
  }
  for (const { username, password, scope, mailbox } of options.serviceAccounts ?? []) {
    const known = organisation.accounts.get(username.toLowerCase());
    organisation.putAccount(
      known
        ? { ...known, password }
        : {
            username,
            password,
            scope:
              scope === 'all'
                ? { all: true }
                : { all: false, addresses: scope.map((address) => address.toLowerCase()), groups: [] },
            mailbox: mailbox ?? null,
            locked: false,
          },
    );
  }
}

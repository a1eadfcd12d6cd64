import type { SandboxMailboxSeed } from '../options.js';
import type { Organisation } from '../store/organisation.js';
import { accountOf, mailboxOf } from './named.js';
import type { ScopeChange } from './requests.js';
import { changedScope } from './scope.js';

/** What an administrator does: mailboxes, accounts and who may act as whom. */
export const accountControl = (organisation: Organisation) => ({
  addMailbox(seed: SandboxMailboxSeed): void {
    organisation.createMailbox(seed);
  },

  addMailboxes(seeds: readonly SandboxMailboxSeed[]): void {
    for (const seed of seeds) organisation.createMailbox(seed);
  },

  removeMailbox(address: string): void {
    organisation.removeMailbox(mailboxOf(organisation, address));
  },

  /** Disables the mailbox's AD account: nobody can act as it, mail still arrives. */
  disableAccount(address: string): void {
    organisation.change(mailboxOf(organisation, address), { disabled: true });
  },

  enableAccount(address: string): void {
    organisation.change(mailboxOf(organisation, address), { disabled: false });
  },

  addAlias(address: string, alias: string): void {
    const mailbox = mailboxOf(organisation, address);
    organisation.change(mailbox, { aliases: [...mailbox.record.aliases, alias.toLowerCase()] });
  },

  /** Widens an account's ApplicationImpersonation role. */
  grant(account: string, to: ScopeChange): void {
    changeScope(organisation, account, to, true);
  },

  /** Narrows it; `all` takes the role away. */
  revoke(account: string, from: ScopeChange): void {
    changeScope(organisation, account, from, false);
  },

  setPassword(account: string, password: string): void {
    const mailbox = organisation.byAnyAddress(account);
    const known = organisation.accounts.get(account.toLowerCase());
    if (known) organisation.putAccount({ ...known, password });
    else if (mailbox) organisation.change(mailbox, { password });
    else throw new Error(`There is no account ${account}`);
  },

  lockAccount(account: string, locked = true): void {
    organisation.putAccount({ ...accountOf(organisation, account), locked });
  },

  /** Full access to a mailbox without impersonation. `account`: a service account's name or a user's address. */
  setDelegate(mailbox: string, account: string, granted = true): void {
    const target = mailboxOf(organisation, mailbox);
    const others = target.record.delegates.filter((delegate) => delegate.toLowerCase() !== account.toLowerCase());
    organisation.change(target, { delegates: granted ? [...others, account] : others });
  },

  /** Lets `mailbox` send in the name of `other`, or no more. */
  setSendAs(mailbox: string, other: string, granted = true): void {
    const sender = mailboxOf(organisation, mailbox).address;
    const target = mailboxOf(organisation, other);
    const others = (target.record.sendAs ?? []).filter((address) => address !== sender);
    organisation.change(target, { sendAs: granted ? [...others, sender] : others });
  },
});

function changeScope(organisation: Organisation, username: string, change: ScopeChange, grant: boolean): void {
  const account = accountOf(organisation, username);
  const everyone = organisation.mailboxes.map((mailbox) => mailbox.address);
  organisation.putAccount({ ...account, scope: changedScope(account.scope, change, grant, everyone) });
}

import { onPremisesSteps } from './setup-guide-on-premises.js';
import { onlineSteps } from './setup-guide-online.js';
import { serverKind, type ServerKind } from './server-kind.js';
import type { SetupAccess, SetupStep } from './setup-step.js';

/** How a server is made ready for Postroom, the names of a profile filled in. */
export interface SetupGuide {
  readonly serverKind: ServerKind;
  readonly access: SetupAccess;
  /** The service account that the commands name. */
  readonly account: string;
  /** What to know before any of it; null where there is nothing. */
  readonly notice: string | null;
  readonly steps: readonly SetupStep[];
}

/** What is known of the profile, which need not exist yet. */
export interface SetupFacts {
  /** Null: as the address tells; a server of one's own without an address. */
  readonly serverKind: ServerKind | null;
  readonly ewsUrl: string | null;
  /** Null: a name is suggested. */
  readonly username: string | null;
  readonly access: SetupAccess;
}

const suggestedAccount = 'svc-postroom';

const noBasic =
  'Exchange Online accepts no name and password for EWS, and this version of Postroom signs in with those, so it cannot connect to Exchange Online yet. These steps prepare an application of Entra, which takes the place of the service account there. EWS in Exchange Online ends for good on 1 April 2027.';

/** The steps that make a server ready, in their order; the same commands that mend it later. */
export function setupGuide(facts: SetupFacts): SetupGuide {
  const kind = facts.serverKind ?? serverKind(facts.ewsUrl ?? '');
  const account = facts.username ?? suggestedAccount;
  return kind === 'exchange-online'
    ? { serverKind: kind, access: 'impersonation', account, notice: noBasic, steps: onlineSteps(account) }
    : {
        serverKind: kind,
        access: facts.access,
        account,
        notice: null,
        steps: onPremisesSteps(account, facts.access),
      };
}

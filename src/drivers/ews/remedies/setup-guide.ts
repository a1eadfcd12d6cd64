import type { SetupFacts, SetupGuide } from '../../port/explanations/setup-guide.js';
import { onPremisesSteps } from './setup-guide-on-premises.js';
import { onlineSteps } from './setup-guide-online.js';
import { serverKind } from './server-kind.js';

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

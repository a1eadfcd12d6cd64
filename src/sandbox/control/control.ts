import type { Behaviour } from '../behaviour.js';
import type { MailFlow } from '../mail-flow/mail-flow.js';
import type { Organisation } from '../store/organisation.js';
import type { Traffic } from '../traffic/traffic.js';
import { accountControl } from './account-control.js';
import type { CallLog } from './call-log.js';
import type { FaultInjector } from './fault-injection.js';
import { mailboxControl } from './mailbox-control.js';
import { serverControl } from './server-control.js';

/**
 * What an administrator, the outside world and bad luck do to the server. All of it is also reachable as
 * `POST /control/<kebab-case-name>` with the same names in a JSON body.
 */
export type SandboxControl = Readonly<
  ReturnType<typeof accountControl> & ReturnType<typeof mailboxControl> & ReturnType<typeof serverControl>
>;

export const sandboxControl = (
  organisation: Organisation,
  mailFlow: MailFlow,
  behaviour: Behaviour,
  faults: FaultInjector,
  log: CallLog,
  traffic: Traffic,
): SandboxControl => ({
  ...accountControl(organisation),
  ...mailboxControl(organisation, mailFlow, traffic),
  ...serverControl(organisation, behaviour, faults, log),
});

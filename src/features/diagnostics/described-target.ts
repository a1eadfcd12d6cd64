import type { AnalysisTarget, TargetMailbox } from './analysis-target.js';
import type { NewDiagnostics } from './diagnostics.schemas.js';

/** A mailbox of which nothing but the address is known. */
export const named = (address: string): TargetMailbox => ({ address, connectingSid: address });

/** The target of a body without a profile, with the defaults of profiles. */
export function describedTarget(body: NewDiagnostics): AnalysisTarget {
  const { username = '', password = '', emailAddress, connectingSid = emailAddress } = body;
  return {
    ewsUrl: body.ewsUrl ?? null,
    // Only administrators analyze servers without a profile.
    addressSetBy: 'administrator',
    auth: { type: 'basic', username, password },
    ca: body.caCertificates ?? null,
    trustedHosts: body.trustedHosts ?? [],
    access: body.access ?? 'impersonation',
    connectingSidType: body.connectingSidType ?? 'SmtpAddress',
    mailbox:
      emailAddress === undefined || connectingSid === undefined ? null : { address: emailAddress, connectingSid },
    canary: body.canaryAddress === undefined ? null : named(body.canaryAddress),
    sendToSelf: body.sendToSelf,
  };
}

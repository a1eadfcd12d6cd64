import type { MailboxSession } from '../../drivers/port/mail-server.js';
import type { MailServerProbe } from '../../drivers/port/mail-server-probe.js';
import type { ServerProbes } from '../profiles/server-probes.js';
import type { AnalysisTarget, TargetMailbox } from './analysis-target.js';
import type { FailureNames } from './step-failure.js';

/** Where a run stands; its steps write it, and the plan of the next step is made of it. */
export class AnalysisRun {
  ewsUrl: string | null;
  credentialsRefused = false;
  mailboxDenied = false;
  canaryOutcome: 'opened' | 'denied' | 'unknown' = 'unknown';
  /** How the step before ended that opened the mailbox. */
  mailboxOpened = false;
  /** The draft of ours: `itemId` is null where the answer to its creation was lost. */
  draft: { readonly marker: string; readonly subject: string; itemId: string | null } | null = null;
  private opened: MailServerProbe | null = null;

  constructor(
    readonly target: AnalysisTarget,
    readonly probes: Pick<ServerProbes, 'createProbe' | 'discover'>,
    readonly now: () => Date,
    /** Makes known, before it is sent, a message from the mailbox to itself by the token that names it. */
    readonly announce: (token: string, address: string) => Promise<void>,
    /** Aborted when the caller went away or the time is over; what tidies up does not heed it. */
    readonly signal: AbortSignal,
  ) {
    this.ewsUrl = target.ewsUrl;
  }

  /** The server of the address that is given, or was found. */
  get probe(): MailServerProbe {
    const { auth, ca, addressSetBy } = this.target;
    this.opened ??= this.probes.createProbe({ ewsUrl: this.requiredUrl, addressSetBy, auth, ca });
    return this.opened;
  }

  get requiredUrl(): string {
    if (this.ewsUrl === null) throw new Error('no step asks for the server before it is known');
    return this.ewsUrl;
  }

  get mailbox(): TargetMailbox {
    const { mailbox } = this.target;
    if (mailbox === null) throw new Error('no step asks for a mailbox when none was named');
    return mailbox;
  }

  get session(): MailboxSession {
    return this.sessionOf(this.mailbox);
  }

  sessionOf({ address, connectingSid }: TargetMailbox): MailboxSession {
    const { access, connectingSidType } = this.target;
    return this.probe.openMailbox({
      address,
      access,
      connectingSid: { type: connectingSidType, value: connectingSid },
    });
  }

  /** Of the last call, for the steps that went well. */
  requestId(): string | null {
    const last = this.opened?.lastCall() ?? null;
    return last?.requestId ?? last?.clientRequestId ?? null;
  }

  names(mailbox: TargetMailbox | null = this.target.mailbox): FailureNames {
    const { username } = this.target.auth;
    return { username, ewsUrl: this.ewsUrl ?? '(not found)', mailbox: mailbox?.address ?? username };
  }

  async close(): Promise<void> {
    await this.opened?.close();
  }
}

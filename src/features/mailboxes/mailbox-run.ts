import type { EntityManager } from 'typeorm';
import type { MailboxSession } from '../../drivers/port/mail-server.js';
import type { Failure } from '../failures/failure.js';
import type { MailSettings } from '../profiles/mail-settings.js';
import type { Lane, Lease, RunKind } from '../scheduling/work.js';
import type { MailboxEntity } from './mailbox.entity.js';
import type { CallLedger } from './call-ledger.js';
import type { RunStats } from './run-stats.js';

/** A piece of work under way: the mailbox opened as its owner, under a lease. */
export interface MailboxRun {
  readonly lease: Lease & { readonly kind: RunKind };
  readonly mailbox: MailboxEntity;
  readonly profile: MailSettings & {
    readonly id: string;
    readonly version: number;
    readonly processEmailsFrom: Date;
    readonly minPollingIntervalSeconds: number;
  };
  readonly session: MailboxSession;
  /** What the run has done so far, for its row in the history. */
  readonly stats: RunStats;
  /** What its calls have proved so far. */
  readonly ledger: CallLedger;
  /** Aborted when the process goes down or the lease is lost. */
  readonly signal: AbortSignal;
  /**
   * To be asked wherever the work can be put down, before the next call to the server.
   * @throws ProfileOnHold, as of the last commit; the reason of an aborted `signal`
   */
  checkpoint(): void;
  /**
   * A transaction that commits only while the lease is ours.
   * @param also `mailbox` when it writes the mailbox's own row
   */
  commit<T>(write: (manager: EntityManager) => Promise<T>, also?: 'mailbox'): Promise<T>;
}

/** When the work is wanted again; null: when something new turns up. */
export interface RunResult {
  readonly nextInMs: number | null;
  readonly lane: Lane;
  /** Whether the server was called at all; a run that had nothing to do proves nothing of the profile. */
  readonly contacted: boolean;
  /** What the server said in a run that ended all the same, as far as the profile and the server must heed it. */
  readonly trouble?: Failure | null;
}

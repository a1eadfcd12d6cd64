import type { Stream } from '../failures/failure.js';

/** Looks after a mailbox beside its mail: older mail on request, and the comparison with the server. Never in the way of a poll. */
export type CareKind = 'backfill' | 'audit';
/** What is done on the mailbox's server. A test is asked for by a person, and runs whatever state the mailbox is in. */
export type RunKind = Stream | CareKind | 'test';

/** What a mailbox can have to do. Mail work proves its health; a removal clears away a deleted mailbox. */
export type JobKind = RunKind | 'removal';
export const workKinds = [
  'incoming',
  'outgoing',
  'backfill',
  'audit',
  'removal',
  'test',
] as const satisfies readonly JobKind[];

export const isCare = (kind: JobKind): kind is CareKind => kind === 'backfill' || kind === 'audit';
export const isMailWork = (kind: JobKind): kind is Stream => kind === 'incoming' || kind === 'outgoing';

/** Who is served first when a profile's budget is short. */
export const lanes = { asked: 0, routine: 1, patient: 2 } as const;
export type Lane = (typeof lanes)[keyof typeof lanes];

/** A claim on one piece of work. Every claim has a higher token, which fences off the holder before. */
export interface Lease {
  readonly mailboxId: string;
  readonly kind: JobKind;
  readonly token: string;
}

/** How long a claim holds without a sign of life; a worker that dies is followed after this time. */
export const leaseMs = 45_000;
/** How often a running worker gives that sign. */
export const leaseRenewalMs = 15_000;

/** The profile was put on hold while the run was under way: the rest of the work waits with the others. */
export class ProfileOnHold extends Error {
  override readonly name = 'ProfileOnHold';
}

/** The server has left many calls unanswered for a while. This run is aborted, and the work is due again. */
export class ServerSilent extends ProfileOnHold {}

/** The lease was lost (it expired, another worker holds the work): whatever was being written must not be committed. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';

  constructor(readonly lease: Lease) {
    super(`lost the lease on ${lease.kind} work of mailbox ${lease.mailboxId}`);
  }
}

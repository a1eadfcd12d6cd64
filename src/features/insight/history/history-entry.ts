import type { FailureCategory } from '../../../drivers/port/failure-class.js';

/** What changed the mailbox. `confirmed`: the refusal had lasted, or most of the profile met it. */
export type StateChangeCause =
  | 'denied'
  | 'confirmed'
  | 'second-look'
  | 'probe'
  | 'paused'
  | 'resumed'
  | 'directions-changed'
  | 'tested'
  | 'approval-withdrawn';

/** Why the next run is when it is. */
export type NextRunReason = 'interval' | 'more' | 'message-due' | 'retry' | 'second-look' | 'probe' | 'nothing-due';

/** A change of a mailbox's state, or of what it is to do. */
export interface StateChange {
  readonly type: 'state';
  readonly details: {
    readonly from: string;
    readonly to: string;
    readonly why: StateChangeCause;
    /** Of the failure that stopped it. */
    readonly code: string | null;
    readonly category: FailureCategory | null;
    readonly incoming: boolean;
    readonly outgoing: boolean;
    /** Id of the API key or the user that did it; null: nobody did, it came of itself. */
    readonly by: string | null;
  };
}

/** A run that did something or failed, and what was decided then. */
export interface RunEnd {
  readonly type: 'run';
  readonly details: {
    readonly kind: string;
    /** ISO 8601, UTC. */
    readonly startedAt: string;
    /** `ok` or the failure's code. */
    readonly outcome: string;
    readonly category: FailureCategory | null;
    readonly operation: string | null;
    readonly requestId: string | null;
    /** Items by what became of them, also those before a failure. */
    readonly counts: Readonly<Record<string, number>>;
    /** Failures in a row, this one included; 0 for a run that ended well. */
    readonly attempt: number;
    /** When the next run of the kind was set for, ISO 8601; null: not until something happens. */
    readonly nextAt: string | null;
    readonly nextWhy: NextRunReason;
  };
}

export type HistoryEntry = StateChange | RunEnd;

import type { StoredFailure, Stream } from '../failures/failure.js';
import type { OutgoingPosition } from '../mail/outgoing/outgoing-state.js';

export const directions = ['incoming', 'outgoing'] as const satisfies readonly Stream[];
export type Direction = Stream;

export const testStates = ['waiting', 'running', 'ended'] as const;
export type TestState = (typeof testStates)[number];

export const testResults = ['success', 'failure', 'skipped', 'cancelled'] as const;
export type TestResult = (typeof testResults)[number];

/**
 * Why a direction was not tried although it was asked for.
 *  account-refused  the server refused the service account; each further try could count towards a lock-out
 *  server-away      the server did not answer, and would not have answered this either
 *  server-busy      the server went on asking for quiet
 *  address-changed  the mailbox was given another address in mid-test
 */
export const skipReasons = ['account-refused', 'server-away', 'server-busy', 'address-changed'] as const;
export type SkipReason = (typeof skipReasons)[number];

export type DirectionResult =
  | { readonly status: 'success' }
  | { readonly status: 'failure'; readonly failure: StoredFailure }
  | { readonly status: 'skipped'; readonly reason: SkipReason };

export const stepNames = ['open', 'list', 'read', 'send', 'arrive', 'remove'] as const;
export type StepName = (typeof stepNames)[number];

/** One step of a test, as it ended. */
export interface TestStep {
  readonly direction: Direction;
  readonly step: StepName;
  readonly status: 'success' | 'failure' | 'skipped';
  /** Real time that it took, its waits included. */
  readonly ms: number;
  /** What was seen, in a sentence. */
  readonly detail: string | null;
  readonly code: string | null;
  readonly requestId: string | null;
}

/** Whether something of the test message may still lie on the server. */
export const cleanUps = ['none', 'due', 'done', 'given-up'] as const;
export type CleanUp = (typeof cleanUps)[number];

/** One test of one mailbox. */
export interface MailboxTest {
  readonly id: string;
  readonly mailboxId: string;
  readonly profileId: string;
  readonly batchId: string | null;
  readonly state: TestState;
  readonly wantsIncoming: boolean;
  readonly wantsOutgoing: boolean;
  readonly enable: boolean;
  /** Names the test message wherever it turns up. */
  readonly marker: string;
  /** As whom the mailbox was opened when sending began; null before. */
  readonly account: string | null;
  /** How far sending has come; null before it began. */
  readonly position: OutgoingPosition | null;
  readonly sentAt: Date | null;
  /** When it was seen in the inbox; it may have been taken away since. */
  readonly arrivedAt: Date | null;
  readonly incoming: DirectionResult | null;
  readonly outgoing: DirectionResult | null;
  readonly steps: readonly TestStep[];
  /** Tries that trouble ended which passes. */
  readonly attempts: number;
  readonly lastTrouble: StoredFailure | null;
  readonly result: TestResult | null;
  /** The code of the first direction that failed. */
  readonly cause: string | null;
  /** Directions that it switched on, or started a paused mailbox with. */
  readonly enabled: readonly Direction[];
  readonly cleanUp: CleanUp;
  readonly inboxCleared: boolean;
  readonly sentCleared: boolean;
  readonly cleanUpTries: number;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

/** The direction to try next; null when each that is wanted has its result. */
export function nextDirection(test: MailboxTest): Direction | null {
  if (test.wantsIncoming && test.incoming === null) return 'incoming';
  return test.wantsOutgoing && test.outgoing === null ? 'outgoing' : null;
}

/** What came of the test as a whole: one failure makes it a failure. */
export function conclude(test: Pick<MailboxTest, 'incoming' | 'outgoing'>): {
  readonly result: Exclude<TestResult, 'cancelled'>;
  readonly cause: string | null;
} {
  const results = [test.incoming, test.outgoing].filter((result) => result !== null);
  for (const result of results)
    if (result.status === 'failure') return { result: 'failure', cause: result.failure.code };
  return { result: results.some(({ status }) => status === 'success') ? 'success' : 'skipped', cause: null };
}

/** What a direction's result says of it to the mailbox's own state. */
export function verdictOf(result: DirectionResult | null): 'passed' | 'failed' | null {
  if (result === null || result.status === 'skipped') return null;
  return result.status === 'success' ? 'passed' : 'failed';
}

import type { Dice } from '../support/dice.js';
import type { FolderName, PlannedMessage, PlannedSend } from '../support/plan.js';
import type { Answer, EwsCall, Serve } from '../support/wire.js';

/** What a fault spoils: nothing outside of it may suffer. */
export type Reach = 'message' | 'folder' | 'mailbox' | 'sending' | 'server';

/** What a fault of a seed is about; kinds of a wide reach leave the narrow parts alone. */
export interface Target {
  readonly mailbox: string;
  readonly folder: FolderName;
  readonly message: PlannedMessage;
}

/** The server behind the faults, which is well. */
export interface Reality {
  /** Of a planned message, whatever ids it has had; empty before it is delivered. */
  itemIds(key: string): ReadonlySet<string>;
  /** Ids and distinguished names. */
  folderIds(mailbox: string, folder: FolderName): ReadonlySet<string>;
  /** Mail that went out past SendItem. */
  deliverTo(address: string, mime: Buffer): Promise<void>;
  /** Milliseconds since the scenario began. */
  nowMs(): number;
}

/** How the fault answers a call while it lasts; `next` asks the server, or the next fault before it. */
export type Spoil = (call: EwsCall, next: Serve) => Promise<Answer>;

export interface FaultKind {
  readonly name: string;
  readonly reach: Reach;
  /** It shows in the first import only, and begins with it. */
  readonly fromStart?: boolean;
  /** In how many minutes it ends, from and to; the usual ones when left out. */
  readonly minutes?: readonly [number, number];
  /** So slight that no mailbox and no profile may stop over it; narrow reaches never may. */
  readonly stopsNothing?: boolean;
  /** Odd, but no reason for mail to come late. */
  readonly harmless?: boolean;
  /** Mail that it needs to show itself; any when left out. */
  readonly about?: {
    readonly message?: (message: PlannedMessage) => boolean;
    readonly send?: (send: PlannedSend) => boolean;
  };
  /** What it changed stays so after its end. */
  readonly lasting?: boolean;
  /** Draws what is open in the kind. */
  readonly make: (dice: Dice, target: Target, reality: Reality) => { readonly detail: string; readonly spoil: Spoil };
}

/** A fault of a seed. Times are milliseconds since the scenario began. */
export interface Fault {
  readonly kind: string;
  readonly reach: Reach;
  readonly target: Target;
  readonly detail: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly lasting: boolean;
  readonly harmless: boolean;
  readonly stopsNothing: boolean;
  readonly spoil: Spoil;
}

/**
 * The faults one behind the other, the first one nearest to the caller.
 * @param bit is told of each fault that changed a request or its answer
 */
export function chained(
  faults: readonly Fault[],
  nowMs: () => number,
  bit: (fault: Fault) => void,
): (call: EwsCall, forward: Serve) => Promise<Answer> {
  const isActive = ({ fromMs, untilMs, lasting }: Fault) => {
    const now = nowMs();
    return now >= fromMs && (lasting || now < untilMs);
  };
  const through =
    (fault: Fault, next: Serve): Serve =>
    async (call) => {
      let passed: Answer | null = null;
      let isSameCall = true;
      const answer = await fault.spoil(call, async (asked) => {
        isSameCall &&= asked.body === call.body;
        passed = await next(asked);
        return passed;
      });
      if (!isSameCall || !isSame(answer, passed)) bit(fault);
      return answer;
    };
  return (call, forward) =>
    faults.filter(isActive).reduceRight<Serve>((next, fault) => through(fault, next), forward)(call);
}

function isSame(one: Answer, other: Answer | null): boolean {
  if (one === other) return true;
  if (one === 'reset' || other === 'reset' || other === null) return false;
  return one.status === other.status && one.body === other.body && !one.comesTwice && one.tornAt === undefined;
}

/** Codes that stand for a mailbox as well as for one thing in it. */
export const mailboxCodes = [
  'ErrorAccessDenied',
  'ErrorInternalServerError',
  'ErrorInternalServerTransientError',
  'ErrorMailboxStoreUnavailable',
  'ErrorDataSourceOperation',
  'ErrorTooManyObjectsOpened',
  'ErrorTimeoutExpired',
  'ErrorOperationFailedOnOurBackEnd',
  'VendorError-17',
] as const;

/** Codes that were met on a single item, attachment or folder, some of them in no table. */
export const strangeCodes = [
  ...mailboxCodes,
  'ErrorItemCorrupt',
  'ErrorCorruptData',
  'ErrorContentConversionFailed',
  'ErrorQuotaExceeded',
] as const;

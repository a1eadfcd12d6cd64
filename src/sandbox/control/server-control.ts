import type { Behaviour, MissingFolderCode } from '../behaviour.js';
import type { Organisation } from '../store/organisation.js';
import type { DeliveryRecord } from '../store/records.js';
import type { CallCounts, CallLog, LoggedCall } from './call-log.js';
import type { FaultInjector, FaultRule } from './fault-injection.js';

export interface SandboxCounts {
  readonly calls: CallCounts;
  /** Deliveries to mailboxes of the sandbox. */
  readonly deliveries: number;
  /** Deliveries to addresses of other domains. */
  readonly relayed: number;
  readonly deliveriesByMessageId: Record<string, number>;
}

export interface Delivery {
  readonly recipient: string;
  readonly at: string;
}

/** How the server itself behaves, and what it has seen. */
export function serverControl(organisation: Organisation, behaviour: Behaviour, faults: FaultInjector, log: CallLog) {
  let countedFrom = 0;
  return {
    /** Returns the rule's number. */
    injectFault(rule: FaultRule): number {
      return faults.inject(rule);
    },

    clearFaults(): void {
      faults.clear();
    },

    /** Delays every call by so many milliseconds. */
    slowDown(ms: number): void {
      behaviour.slowDownMs = ms;
    },

    setIllegalCharacters(mode: 'strip' | 'references'): void {
      behaviour.style.illegalCharacters = mode;
    },

    setOmitOptional(omit: boolean): void {
      behaviour.style.omitOptional = omit;
    },

    /** Sets the code that GetFolder and most other operations return for a deleted folder. */
    setMissingFolderCode(code: MissingFolderCode): void {
      behaviour.missingFolder = code;
    },

    setPrefixes(prefixes: 'fixed' | 'random'): void {
      behaviour.style.prefixes = prefixes;
    },

    /** Calls an account may have open before ErrorExceededConnectionCount; null lifts the limit. */
    setMaxConcurrentCalls(limit: number | null): void {
      behaviour.maxConcurrentCalls = limit ?? Infinity;
    },

    counts(): SandboxCounts {
      const counted = organisation.deliveries.slice(countedFrom);
      const inside = counted.filter((delivery) => !delivery.external);
      const byMessageId = new Map<string, number>();
      for (const { messageId } of inside) byMessageId.set(messageId, (byMessageId.get(messageId) ?? 0) + 1);
      return {
        calls: log.counts(),
        deliveries: inside.length,
        relayed: counted.length - inside.length,
        deliveriesByMessageId: Object.fromEntries(byMessageId),
      };
    },

    /** Every delivery of a message, to mailboxes here and relayed: one entry each, so exactly once is one entry. */
    deliveriesOf(internetMessageId: string): Delivery[] {
      return organisation.deliveries
        .filter((delivery) => delivery.messageId === internetMessageId)
        .map(({ recipient, at }) => ({ recipient, at }));
    },

    /** What went to other domains. */
    relayed(): DeliveryRecord[] {
      return organisation.deliveries.filter((delivery) => delivery.external);
    },

    /** The last calls, the oldest first; without Authorization headers. */
    lastCalls(count = 20): LoggedCall[] {
      return log.last(count);
    },

    /** Resets the counts of calls and deliveries; `deliveriesOf` keeps its own. */
    resetCounts(): void {
      log.reset();
      countedFrom = organisation.deliveries.length;
    },
  };
}

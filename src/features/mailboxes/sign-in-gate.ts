import { ProfileOnHold } from '../scheduling/work.js';

/** Calls under way at one time while nothing shows that the account is accepted. */
const unprovenAtOnce = 3;
/** For so long an accepted call speaks for the next ones. In ms. */
const provenMs = 5_000;
/** An account that nobody has used for so long is forgotten. In ms. */
const forgottenMs = 600_000;

interface Account {
  acceptedAt: number;
  underWay: number;
  /** Runs that the server refused and whose end has not been written down yet. */
  readonly refused: Set<string>;
  waiting: (() => void)[];
  /** Which refusal of the process was its last, unless a call has been accepted since; 0: none. */
  lastRefusal: number;
}

/** A run, as far as the gate must tell it from others. */
export interface GatedRun {
  readonly id: string;
  /** Refusals of the process when it began. */
  readonly since: number;
}

/**
 * Keeps the calls of one process from trying refused credentials many times at once, which locks an account.
 * After a silence the first few calls go ahead and the others follow an accepted one. A refusal puts down the runs
 * of that account which began before it was written down, and the schedule decides who calls next.
 */
export class SignInGate {
  private readonly accounts = new Map<string, Account>();
  /** So many calls of this process were refused. A run remembers the number it began with. */
  refusals = 0;

  /**
   * @param account what shares credentials: a profile in one version
   * @param passes the call is not held back, only counted
   * @param now in ms
   * @throws ProfileOnHold; the reason of an aborted signal
   */
  async enter(account: string, run: GatedRun, passes: boolean, now: () => number, signal: AbortSignal): Promise<void> {
    const state = this.stateOf(account, now());
    while (!passes) {
      signal.throwIfAborted();
      if (!state.refused.has(run.id) && (state.refused.size > 0 || state.lastRefusal > run.since))
        throw new ProfileOnHold();
      if (state.underWay < unprovenAtOnce || isProven(state, now())) break;
      await turn(state, signal);
    }
    state.underWay += 1;
  }

  /** A call has ended. */
  leave(account: string, run: string, end: { signedIn: boolean; refused: boolean }, now: number): void {
    const state = this.stateOf(account);
    state.underWay -= 1;
    if (end.signedIn) {
      state.acceptedAt = now;
      state.lastRefusal = 0;
      // An earlier refusal in this run was therefore not about the account.
      state.refused.delete(run);
    }
    if (end.refused) {
      state.refused.add(run);
      state.lastRefusal = this.refusals += 1;
      state.acceptedAt = -Infinity;
    }
    wakeAll(state);
  }

  /** Whether another run of the account has been refused and is about to find out what that means. */
  isAnotherRefused(account: string, run: string): boolean {
    const { refused } = this.stateOf(account);
    return [...refused][0] !== run && refused.size > 0;
  }

  /** The run's end is written down. */
  settled(account: string, run: string): void {
    const state = this.accounts.get(account);
    if (!state) return;
    state.refused.delete(run);
    wakeAll(state);
  }

  private stateOf(account: string, now = -Infinity): Account {
    const known = this.accounts.get(account);
    if (known) return known;
    for (const [name, { underWay, refused, acceptedAt }] of this.accounts)
      if (underWay === 0 && refused.size === 0 && now - acceptedAt > forgottenMs) this.accounts.delete(name);
    const state: Account = { acceptedAt: -Infinity, underWay: 0, refused: new Set(), waiting: [], lastRefusal: 0 };
    this.accounts.set(account, state);
    return state;
  }
}

const isProven = ({ acceptedAt }: Account, now: number) => now - acceptedAt < provenMs;

function wakeAll(state: Account): void {
  for (const wake of state.waiting.splice(0)) wake();
}

/** Until something has changed, or the signal is aborted. */
function turn(state: Account, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      signal.removeEventListener('abort', wake);
      resolve();
    };
    signal.addEventListener('abort', wake, { once: true });
    state.waiting.push(wake);
  });
}

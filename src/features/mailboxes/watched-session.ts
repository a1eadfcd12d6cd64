import type { MailboxSession } from '../../drivers/port/mail-server.js';
import { classify, consequenceOf } from '../failures/classify.js';
import type { CallLedger } from './call-ledger.js';
import type { GatedRun, SignInGate } from './sign-in-gate.js';

/** What stands between a run and its calls. */
export interface Watch {
  /** What shares credentials: a profile in one version. */
  readonly account: string;
  readonly run: GatedRun;
  readonly gate: SignInGate;
  readonly ledger: CallLedger;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** Whether the run is one that the gate lets through at any time: a person waits for its result. */
  readonly passes: boolean;
}

/** A session whose calls pass the gate of their account and are noted in the run's ledger. */
export function watchedSession(session: MailboxSession, watch: Watch): MailboxSession {
  return new Proxy(session, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      // That a draft is submitted has been written down before, and would be looked up in vain.
      const passes = watch.passes || name === 'sendDraft';
      return (...args: unknown[]) =>
        watched(watch, passes, () => Reflect.apply(member, target, args) as Promise<unknown>);
    },
  });
}

async function watched(watch: Watch, passes: boolean, call: () => Promise<unknown>): Promise<unknown> {
  const { ledger, now } = watch;
  // Waiting at the gate counts as waiting for the server, which is answering others.
  ledger.calling(now());
  try {
    return await gated(watch, passes, call);
  } finally {
    ledger.called(now());
  }
}

async function gated(watch: Watch, passes: boolean, call: () => Promise<unknown>): Promise<unknown> {
  const { account, run, gate, ledger, now, signal } = watch;
  const time = () => now().getTime();
  await gate.enter(account, run, passes, time, signal);
  const startedAt = now();
  let end = { signedIn: false, refused: false };
  try {
    const result = await call();
    ledger.succeeded(startedAt, now());
    end = { signedIn: true, refused: false };
    return result;
  } catch (error) {
    if (signal.aborted) throw error;
    ledger.failed(startedAt, now(), error);
    end = {
      signedIn: ledger.signedInAt === startedAt,
      refused: consequenceOf(classify(error)) === 'suspend-profile',
    };
    throw error;
  } finally {
    gate.leave(account, run.id, end, time());
  }
}

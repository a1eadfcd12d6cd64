import type { Schema } from '../../api/schemas.js';
import { directionNames, type Direction } from './mailbox-words.js';

type Test = Schema<'MailboxTest'>;
type Step = Test['steps'][number];
type DirectionResult = Schema<'MailboxTestDirection'>;
export type Outcome = NonNullable<Test['result']>;

const steps: Readonly<Record<Direction, readonly (readonly [step: Step['step'], words: string])[]>> = {
  incoming: [
    ['open', 'Open the inbox'],
    ['list', 'List what is in it'],
    ['read', 'Read one item'],
  ],
  outgoing: [
    ['send', 'Send a message to itself'],
    ['arrive', 'See it arrive'],
    ['remove', 'Take it away again'],
  ],
};

export interface ShownStep {
  readonly direction: Direction;
  readonly words: string;
  readonly status: Step['status'] | 'running' | 'to-come' | 'left-out';
  readonly ms: number | null;
  readonly detail: string | null;
  readonly code: string | null;
}

/** All steps that a test takes, also those to come; the one under way is the first that has not ended. */
export function shownSteps(test: Pick<Test, 'directions' | 'steps' | 'state' | Direction>): ShownStep[] {
  let isNext = test.state === 'running';
  return (['incoming', 'outgoing'] as const)
    .filter((direction) => test.directions.includes(direction))
    .flatMap((direction) =>
      steps[direction].map(([step, words]): ShownStep => {
        // A step that trouble put off is tried again, and the last try counts.
        const taken = test.steps.findLast((one) => one.direction === direction && one.step === step);
        if (taken)
          return { direction, words, status: taken.status, ms: taken.ms, detail: taken.detail, code: taken.code };
        const isOver = test.state === 'ended' || test[direction] !== null;
        const status = isOver ? 'left-out' : isNext ? 'running' : 'to-come';
        if (status === 'running') isNext = false;
        return { direction, words, status, ms: null, detail: null, code: null };
      }),
    );
}

export const outcomeNames: Readonly<Record<Outcome, string>> = {
  success: 'passed',
  failure: 'failed',
  skipped: 'not tried',
  cancelled: 'cancelled',
};

export const outcomeColors: Readonly<Record<Outcome, string>> = {
  success: 'green',
  failure: 'red',
  skipped: 'yellow',
  cancelled: 'gray',
};

const skipReasons: Readonly<Record<NonNullable<DirectionResult['skipped']>, string>> = {
  'account-refused': 'the server refuses the service account, and each further try could lock it',
  'server-away': 'the server does not answer',
  'server-busy': 'the server goes on asking for quiet',
  'address-changed': 'the mailbox was given another address in mid-test',
};

/** What came of one direction: "Receiving passed", "Sending failed: …". */
export function directionInWords(direction: Direction, { status, failure, skipped }: DirectionResult): string {
  const name = directionNames[direction];
  const subject = name.charAt(0).toUpperCase() + name.slice(1);
  if (status === 'failure') return `${subject} failed: ${failure?.title ?? 'no reason was kept'}`;
  if (status === 'skipped' && skipped) return `${subject} was not tried: ${skipReasons[skipped]}`;
  return `${subject} ${outcomeNames[status]}`;
}

const waits: Readonly<Record<NonNullable<Test['waitingFor']>['reason'], string>> = {
  turn: 'It waits for its turn in the profile’s budget of calls.',
  trouble: 'The server had trouble; it is tried again.',
  'profile-suspended': 'All of the profile waits: its service account is refused.',
  'profile-throttled': 'All of the profile waits: the server asked for quiet.',
  'server-away': 'The server does not answer.',
};

/** Why a test has not begun, or does not go on. */
export const waitInWords = (waiting: NonNullable<Test['waitingFor']>): string => waits[waiting.reason];

const cleanUps: Readonly<Record<NonNullable<Test['message']>['cleanUp'], string | null>> = {
  none: null,
  done: null,
  due: 'The test message may still lie in the mailbox; Postroom looks for it and deletes it.',
  'given-up': 'The test message could not be deleted. Look for it by its subject and delete it:',
};

/** What is still to be done about the test message; null: nothing. */
export const cleanUpInWords = (message: NonNullable<Test['message']>): string | null => cleanUps[message.cleanUp];

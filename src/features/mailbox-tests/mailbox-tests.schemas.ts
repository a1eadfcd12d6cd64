import { messageFor } from '../failures/failure.js';
import { z } from 'zod';
import { pageQuery, pageSchema } from '../../platform/http/page.js';
import { internetMessageId } from '../mail/outgoing/internet-message-id.js';
import { testMessageName } from '../mailboxes/own-test-id.js';
import type { ProfileNames } from '../mailboxes/mailboxes.schemas.js';
import {
  cleanUps,
  directions,
  skipReasons,
  stepNames,
  testResults,
  testStates,
  type DirectionResult,
} from './mailbox-test.js';
import type { MailboxTestView } from './mailbox-test-views.store.js';
import { explainTest } from './test-explanations.js';
import { testSubject } from './test-message.js';
import type { TestWish } from './mailbox-tests.store.js';

const time = z.iso.datetime();
const maxWaitSeconds = 30;
const waitMessage = `must be a number of seconds from 0 to ${maxWaitSeconds}`;

export const testWishFields = {
  directions: z
    .array(z.enum(directions))
    .min(1)
    .max(2)
    .refine((list) => new Set(list).size === list.length, { message: 'must not name a direction twice' })
    .optional()
    .describe('What to test; default: what is switched on, and both when nothing is'),
  enable: z
    .boolean()
    .default(false)
    .describe('Switch on what passes, and resume the mailbox when it is paused and something passes'),
};

export const newTest = z.strictObject(testWishFields).prefault({}).meta({ id: 'NewMailboxTest' });
export type NewTest = z.output<typeof newTest>;

/** What the named directions mean for each of the two. */
export const wishOfBody = ({ directions: named, enable }: NewTest): TestWish => ({
  incoming: named ? named.includes('incoming') : null,
  outgoing: named ? named.includes('outgoing') : null,
  enable,
});

export const testWaitQuery = z.strictObject({
  waitSeconds: z.coerce
    .number({ message: waitMessage })
    .min(0, { message: waitMessage })
    .max(maxWaitSeconds, { message: waitMessage })
    .optional()
    .describe('Seconds to wait for the end of the test; `Prefer: wait=n` says the same'),
});

/** @param prefer the header; a preference that nobody understands is no error (RFC 7240) */
export function waitSecondsOf(query: z.output<typeof testWaitQuery>, prefer: string | undefined): number {
  if (query.waitSeconds !== undefined) return query.waitSeconds;
  const preferred = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})/i.exec(prefer ?? '')?.[1];
  return Math.min(maxWaitSeconds, Number(preferred ?? 0));
}

export const testQuery = z.strictObject(pageQuery.shape);

const failure = z
  .object({
    code: z.string(),
    title: z.string(),
    cause: z.string().describe('In plain words'),
    remedy: z.string().describe('What to do, with the commands to run'),
    operation: z.string().describe('The EWS operation'),
    message: z.string().describe('The server’s own words'),
    at: time,
    requestId: z.string().nullable(),
    clientRequestId: z.string().nullable(),
    httpStatus: z.number().nullable(),
    frontEndServer: z.string().nullable(),
    backEndServer: z.string().nullable(),
    serverVersion: z.string().nullable(),
  })
  .meta({ id: 'MailboxTestFailure' });

const directionResult = z
  .object({
    status: z.enum(['success', 'failure', 'skipped']),
    failure: failure.nullable(),
    skipped: z.enum(skipReasons).nullable().describe('Why it was not tried'),
  })
  .meta({ id: 'MailboxTestDirection' });

export const testAnswer = z
  .object({
    id: z.uuid(),
    url: z.string(),
    mailboxId: z.uuid(),
    emailAddress: z.string(),
    profileId: z.uuid(),
    batchId: z.uuid().nullable(),
    state: z.enum(testStates),
    directions: z.array(z.enum(directions)),
    enable: z.boolean(),
    result: z.enum(testResults).nullable().describe('failure as soon as one direction failed; null until it ended'),
    incoming: directionResult.nullable().describe('null: not asked for, or not known yet'),
    outgoing: directionResult.nullable(),
    enabled: z.array(z.enum(directions)).describe('What is switched on by it'),
    notEnabled: z
      .enum(['mailbox-not-approved'])
      .nullable()
      .describe('Why nothing was enabled although it was asked for and something passed'),
    steps: z.array(
      z.object({
        direction: z.enum(directions),
        step: z.enum(stepNames),
        status: z.enum(['success', 'failure', 'skipped']),
        ms: z.int(),
        detail: z.string().nullable(),
        code: z.string().nullable(),
        requestId: z.string().nullable(),
      }),
    ),
    waitingFor: z
      .object({
        reason: z
          .enum(['turn', 'trouble', 'profile-suspended', 'profile-throttled', 'server-away'])
          .describe('turn: its place in the profile’s budget; trouble: see lastTrouble'),
        until: time.nullable(),
      })
      .nullable()
      .describe('null while it runs, and once it has ended'),
    lastTrouble: failure.nullable().describe('What put it off'),
    message: z
      .object({
        internetMessageId: z.string(),
        subject: z.string(),
        sentAt: time.nullable(),
        cleanUp: z.enum(cleanUps).describe('due: something of it may still lie in the mailbox, and is looked for'),
      })
      .nullable()
      .describe('The message that the mailbox sent to itself; null: none'),
    createdAt: time,
    startedAt: time.nullable(),
    endedAt: time.nullable(),
  })
  .meta({ id: 'MailboxTest' });
export type TestAnswer = z.output<typeof testAnswer>;
export const testPage = pageSchema(testAnswer).meta({ id: 'MailboxTestPage' });

/**
 * @param profile fills in the texts of a failure
 * @param reach the profiles that the caller is limited to; null: no limit
 */
export function showTest(test: MailboxTestView, profile: ProfileNames, reach: readonly string[] | null): TestAnswer {
  const messageId = internetMessageId(testMessageName(test.marker), test.emailAddress);
  const { emailAddress: mailbox, mailboxId, profileId } = test;
  const context = { ...profile, mailbox, mailboxId, profileId };
  const showFailure = (stored: NonNullable<MailboxTestView['lastTrouble']>): z.output<typeof failure> => {
    const { category: _category, during: _during, hostWords: _hostWords, values, ...facts } = stored;
    return { ...facts, message: messageFor(stored, reach), ...explainTest(stored, { ...context, values }, messageId) };
  };
  const showDirection = (result: DirectionResult | null) =>
    result && {
      status: result.status,
      failure: result.status === 'failure' ? showFailure(result.failure) : null,
      skipped: result.status === 'skipped' ? result.reason : null,
    };
  const passed = [test.incoming, test.outgoing].some((result) => result?.status === 'success');
  const wasRefused = test.state === 'ended' && test.enable && passed && test.enabled.length === 0;
  return {
    id: test.id,
    url: `/v1/mailbox-tests/${test.id}`,
    mailboxId: test.mailboxId,
    emailAddress: test.emailAddress,
    profileId: test.profileId,
    batchId: test.batchId,
    state: test.state,
    directions: directions.filter((one) => (one === 'incoming' ? test.wantsIncoming : test.wantsOutgoing)),
    enable: test.enable,
    result: test.result,
    incoming: showDirection(test.incoming),
    outgoing: showDirection(test.outgoing),
    enabled: [...test.enabled],
    notEnabled: wasRefused ? 'mailbox-not-approved' : null,
    steps: [...test.steps],
    waitingFor: test.wait && { reason: test.wait.reason, until: test.wait.until?.toISOString() ?? null },
    lastTrouble: test.lastTrouble && showFailure(test.lastTrouble),
    message:
      test.cleanUp === 'none'
        ? null
        : {
            internetMessageId: messageId,
            subject: testSubject(test.marker),
            sentAt: test.sentAt?.toISOString() ?? null,
            cleanUp: test.cleanUp,
          },
    createdAt: test.createdAt.toISOString(),
    startedAt: test.startedAt?.toISOString() ?? null,
    endedAt: test.endedAt?.toISOString() ?? null,
  };
}

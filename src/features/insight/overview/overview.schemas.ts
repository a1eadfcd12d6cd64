import { z } from 'zod';
import { storageCauses } from '../../../platform/database/storage-cause.js';
import type { StorageTrouble } from '../../../platform/database/storage-health.js';
import { countsByState } from '../../mailboxes/mailbox-search.schemas.js';
import type { MailboxState } from '../../mailboxes/mailbox-state.js';
import { lagQuantile } from './lag-histogram.js';
import type { MailboxCount } from './overview.store.js';
import { overviewRanges, spansOf, type SeriesFrame } from './sample-span.js';
import type { Sample } from './samples.store.js';
import { serverStates, type ServerHealth } from './server-health.js';

const count = z.int();
const ms = z.int().describe('In milliseconds');
const time = z.iso.datetime();

export const overviewAnswer = z
  .object({
    at: time,
    mailboxes: z.object({
      total: count,
      byState: countsByState,
      waitingForApproval: count.describe('Of all, those that nobody has approved'),
    }),
    incidents: z.object({ open: count, unacknowledged: count }),
    storage: z
      .object({ trouble: z.enum(storageCauses), since: time })
      .nullable()
      .describe(
        'Set if the process that answers cannot store anything. The incident may not be written yet. Null: no such problem, or the caller is limited to profiles',
      ),
    syncLag: z
      .object({ p50Ms: ms, p95Ms: ms })
      .nullable()
      .describe('How late active mailboxes are in receiving; null: nothing was measured in the last minutes'),
    outgoing: z.object({ waiting: count.describe('Pending or on their way'), failed: count }),
    servers: z
      .array(
        z.object({
          host: z.string().describe('Host, and port where the address names one'),
          state: z
            .enum(serverStates)
            .describe(
              'away: does not answer; refused: refuses a service account, or is no Exchange server at a profile’s address; throttled: has asked for quiet',
            ),
          profiles: z.array(z.object({ id: z.uuid(), name: z.string(), mailboxes: count })),
          mailboxes: count,
          since: time.nullable(),
          incidentId: z.uuid().nullable(),
        }),
      )
      .describe('Those in trouble first'),
  })
  .meta({ id: 'Overview' });
export type OverviewAnswer = z.output<typeof overviewAnswer>;

export const seriesQuery = z.strictObject({ range: z.enum(overviewRanges).default('24h') });

export const seriesAnswer = z
  .object({
    from: time.describe('When the first point begins'),
    to: time.describe('When the last point ends; it is still growing'),
    stepSeconds: count.describe('How long a point lasts'),
    points: z
      .array(
        z.object({
          at: time.describe('When it begins'),
          p50Ms: ms.nullable().describe('Sync lag; null: nothing was measured'),
          p95Ms: ms.nullable(),
          received: count.describe('Messages'),
          sent: count.describe('Messages'),
          failed: count.describe('Mailboxes that were failed'),
        }),
      )
      .describe('Oldest first, without gaps'),
  })
  .meta({ id: 'OverviewSeries' });
export type SeriesAnswer = z.output<typeof seriesAnswer>;

interface Facts {
  readonly at: Date;
  readonly mailboxes: readonly MailboxCount[];
  readonly storage: StorageTrouble | null;
  readonly incidents: OverviewAnswer['incidents'];
  readonly outgoing: OverviewAnswer['outgoing'];
  readonly lag: readonly number[] | null;
  readonly servers: readonly ServerHealth[];
}

export function showOverview({ at, mailboxes, incidents, storage, outgoing, lag, servers }: Facts): OverviewAnswer {
  const sum = (rows: readonly MailboxCount[]) => rows.reduce((total, row) => total + row.mailboxes, 0);
  const inState = (state: MailboxState) => sum(mailboxes.filter((row) => row.state === state));
  const ofProfile = new Map<string, number>();
  for (const { profileId, mailboxes: more } of mailboxes)
    ofProfile.set(profileId, (ofProfile.get(profileId) ?? 0) + more);
  return {
    at: at.toISOString(),
    mailboxes: {
      total: sum(mailboxes),
      byState: {
        active: inState('active'),
        verifying: inState('verifying'),
        failed: inState('failed'),
        paused: inState('paused'),
      },
      waitingForApproval: mailboxes.reduce((total, { unapproved }) => total + unapproved, 0),
    },
    incidents,
    storage: storage && { trouble: storage.cause, since: storage.since.toISOString() },
    syncLag: lag && lagOf(lag),
    outgoing,
    servers: servers.map((server) => ({
      ...server,
      profiles: server.profiles.map((profile) => ({ ...profile, mailboxes: ofProfile.get(profile.id) ?? 0 })),
      mailboxes: server.profiles.reduce((total, { id }) => total + (ofProfile.get(id) ?? 0), 0),
      since: server.since?.toISOString() ?? null,
    })),
  };
}

function lagOf(counts: readonly number[]): OverviewAnswer['syncLag'] {
  const [p50Ms, p95Ms] = [lagQuantile(counts, 0.5), lagQuantile(counts, 0.95)];
  return p50Ms === null || p95Ms === null ? null : { p50Ms, p95Ms };
}

/** A point for each span, also where nothing was sampled: a gap is not a lag of zero. */
export function showSeries(frame: SeriesFrame, samples: readonly Sample[]): SeriesAnswer {
  const bySpan = new Map(samples.map((sample) => [sample.at.getTime(), sample]));
  return {
    from: frame.from.toISOString(),
    to: new Date(frame.to.getTime() + frame.step * 1_000).toISOString(),
    stepSeconds: frame.step,
    points: spansOf(frame).map((at) => {
      const { lag = [], received = 0, sent = 0, failed = 0 } = bySpan.get(at.getTime()) ?? {};
      const { p50Ms, p95Ms } = lagOf(lag) ?? { p50Ms: null, p95Ms: null };
      return { at: at.toISOString(), p50Ms, p95Ms, received, sent, failed };
    }),
  };
}

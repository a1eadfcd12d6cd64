import { z } from 'zod';
import { pageQuery, pageSchema } from '../../platform/http/page.js';
import { idParam, oneLine } from '../../platform/http/validation.js';
import { emailAddress } from '../mailboxes/mailboxes.schemas.js';
import { connectionFields } from '../profiles/profiles.schemas.js';
import { stepFor, stepIds, stepStatuses } from './diagnostic-step.js';
import type { KeptReport, ReportHead } from './diagnostic-reports.store.js';
import { reportKeptMs } from './report-age.js';
import { isCertificatePem } from './pem.js';
import { verdictCodes } from './verdict.js';

const trustedHost = oneLine(253).regex(/^[\p{L}\p{N}.-]+$/u, { message: 'must be the name of a host' });
const certificates = z
  .string()
  .max(100_000)
  .refine(isCertificatePem, { message: 'must be certificates in PEM, and nothing else' });

/** Fields of a server that no profile describes yet. */
const freeFields = {
  ewsUrl: connectionFields.ewsUrl.optional().describe('Left out: Autodiscover finds it'),
  access: connectionFields.access.optional(),
  connectingSidType: connectionFields.connectingSidType.optional(),
  caCertificates: certificates.optional().describe('Certificates in PEM to trust instead of the system’s'),
  trustedHosts: z
    .array(trustedHost)
    .max(20)
    .optional()
    .describe('Hosts of other domains to which Autodiscover may send the password'),
};

export const newDiagnostics = z
  .strictObject({
    profileId: idParam.optional().describe('A profile that is there; without one, describe the server'),
    mailboxId: idParam.optional(),
    emailAddress: emailAddress.optional().describe('The mailbox to open; it need not be known to Postroom yet'),
    connectingSid: oneLine(500).min(1).optional().describe('What names its owner; default: the address'),
    canaryAddress: emailAddress
      .optional()
      .describe('A mailbox that should work, to compare with; default: one of the profile that is well'),
    username: connectionFields.username
      .optional()
      .describe('With profileId: tried in place of the profile’s, together with `password`'),
    password: connectionFields.password.optional().describe('Used for this run and not kept; as `username`'),
    ...freeFields,
    sendToSelf: z.boolean().default(false).describe('Send a message from the mailbox to itself, and remove it again'),
    keep: z.boolean().default(false).describe('Keep the result as a report'),
  })
  .superRefine((body, context) => {
    const wrong = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    if (body.profileId === undefined) {
      for (const field of ['username', 'password'] as const)
        if (body[field] === undefined) wrong(field, 'is needed without profileId');
      if (body.emailAddress === undefined && body.ewsUrl === undefined)
        wrong('emailAddress', 'is needed without ewsUrl, for Autodiscover');
      if (body.mailboxId !== undefined) wrong('mailboxId', 'needs the profileId of the mailbox');
    } else {
      for (const field of Object.keys(freeFields) as (keyof typeof freeFields)[])
        if (body[field] !== undefined) wrong(field, 'is set by the profile; leave it out, or leave profileId out');
      if (body.username !== undefined && body.password === undefined)
        wrong('password', 'is needed with username: that of the profile is for its own account');
    }
    if (body.sendToSelf && body.mailboxId === undefined && body.emailAddress === undefined)
      wrong('sendToSelf', 'needs a mailbox: mailboxId or emailAddress');
    if (body.mailboxId !== undefined && body.emailAddress !== undefined)
      wrong('emailAddress', 'stands for another way to name the mailbox than mailboxId; give one of them');
    if (body.connectingSid !== undefined && body.emailAddress === undefined)
      wrong('connectingSid', 'needs the emailAddress of its mailbox');
    if (body.canaryAddress !== undefined && body.canaryAddress.toLowerCase() === body.emailAddress?.toLowerCase())
      wrong('canaryAddress', 'must be another mailbox than emailAddress');
  })
  .meta({ id: 'NewDiagnostics' });
export type NewDiagnostics = z.output<typeof newDiagnostics>;

const time = z.iso.datetime();

const stepFields = {
  number: z.int().describe('By which people know the step; they come in the order in which they are taken'),
  id: z.enum(stepIds),
  title: z.string(),
  status: z.enum(stepStatuses),
  durationMs: z.int(),
  detail: z.string().describe('In plain words; of a skipped step why'),
  requestId: z.string().nullable().describe('By which the server’s administrator finds the call'),
  code: z.string().nullable(),
  remedy: z.string().nullable().describe('What to do, with the commands to run'),
};
const summaryFields = {
  verdict: z.object({ code: z.enum(verdictCodes), text: z.string(), remedy: z.string().nullable() }),
  ok: z.boolean().describe('Nothing failed, and the run came to its end'),
  counts: z.object(Object.fromEntries(stepStatuses.map((status) => [status, z.int()]))),
  durationMs: z.int(),
};

/** What one line of the stream holds. */
export const diagnosticLine = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('step'), ...stepFields }),
    z.object({ type: z.literal('summary'), ...summaryFields, reportId: z.uuid().nullable() }),
  ])
  .meta({ id: 'DiagnosticLine' });

const reportHead = {
  id: z.uuid(),
  profileId: z.uuid().nullable(),
  apiKeyId: z.uuid().describe('Of the API key, or the user, that asked for it'),
  askedBy: z.string().nullable().describe('Its name at that time; null on reports from before names were kept'),
  emailAddress: z.string().nullable(),
  ewsUrl: z.string().nullable(),
  createdAt: time,
  keptUntil: time,
  sharedUntil: time.nullable().describe('Until when a link shows it to everybody; null: nobody without a key'),
  ...summaryFields,
};
const reportHeadAnswer = z.object(reportHead).meta({ id: 'DiagnosticReportHead' });
export type ReportHeadAnswer = z.output<typeof reportHeadAnswer>;
export const reportPage = pageSchema(reportHeadAnswer).meta({ id: 'DiagnosticReportPage' });

export const reportAnswer = z
  .object({ ...reportHead, steps: z.array(z.object(stepFields)) })
  .meta({ id: 'DiagnosticReport' });
export type ReportAnswer = z.output<typeof reportAnswer>;

/** A report for those without a key: nothing that leads into Postroom. */
export const sharedReportAnswer = z
  .object({
    emailAddress: z.string().nullable(),
    ewsUrl: z.string().nullable(),
    createdAt: time,
    ...summaryFields,
    steps: z.array(z.object(stepFields)),
  })
  .meta({ id: 'SharedDiagnosticReport' });
export type SharedReportAnswer = z.output<typeof sharedReportAnswer>;

export const reportQuery = z.strictObject({ ...pageQuery.shape, profileId: idParam.optional() });

export const newShare = z
  .strictObject({
    expiresInHours: z.int().min(1).max(720).default(168).describe('The link ends with the report at the latest'),
  })
  .meta({ id: 'NewDiagnosticShare' });
export type NewShare = z.output<typeof newShare>;

export const shareAnswer = z
  .object({
    url: z
      .string()
      .nullable()
      .describe(
        'Shown this once; null in a replayed answer, because it is not kept. Without PUBLIC_URL the path alone',
      ),
    expiresAt: time,
  })
  .meta({ id: 'DiagnosticShare' });
export type ShareAnswer = z.output<typeof shareAnswer>;

export function showHead(report: ReportHead): ReportHeadAnswer {
  const { summary } = report;
  return {
    id: report.id,
    profileId: report.profileId,
    apiKeyId: report.apiKeyId,
    askedBy: report.askedBy,
    emailAddress: report.emailAddress,
    ewsUrl: report.ewsUrl,
    createdAt: report.createdAt.toISOString(),
    keptUntil: new Date(report.createdAt.getTime() + reportKeptMs).toISOString(),
    sharedUntil: report.sharedUntil?.toISOString() ?? null,
    verdict: summary.verdict,
    ok: summary.ok,
    counts: summary.counts,
    durationMs: summary.durationMs,
  };
}

/** @param reach the profiles that the caller is limited to; null: no limit */
export const showReport = (report: KeptReport, reach: readonly string[] | null): ReportAnswer => ({
  ...showHead(report),
  steps: report.steps.map((step) => stepFor(step, reach)),
});

/** A shared report may be read by anyone, so it shows no more than an owner sees. */
export function showShared(report: KeptReport): SharedReportAnswer {
  const { emailAddress: address, ewsUrl, createdAt, verdict, ok, counts, durationMs, steps } = showReport(report, []);
  return { emailAddress: address, ewsUrl, createdAt, verdict, ok, counts, durationMs, steps };
}

import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Clock } from '../../../platform/clock/clock.js';
import { Answers, AnswersProblem } from '../../../platform/http/answers.js';
import { IdempotentPosts, Posted, type PostInProgress } from '../../../platform/http/idempotent-posts.js';
import { defineProblem, Problem } from '../../../platform/http/problem.js';
import { lanes } from '../../scheduling/work.js';
import { WorkStore } from '../../scheduling/work.store.js';
import { decodeCursor, pageOf, pageQuery, pageSchema, type Page } from '../../../platform/http/page.js';
import { idParam } from '../../../platform/http/validation.js';
import { Caller } from '../../identity/callers/caller.js';
import { RequireScope } from '../../identity/callers/require-scope.js';
import { Mailboxes } from '../../mailboxes/mailboxes.js';
import { AuditsStore, type Audit } from './audits.store.js';

const time = z.iso.datetime();

const auditAnswer = z
  .object({
    id: z.uuid(),
    mailboxId: z.uuid(),
    folder: z.string(),
    from: time,
    to: time.describe('Mail received before this time was compared'),
    compared: z.enum(['count', 'items']).describe('By their numbers, or item by item'),
    onServer: z.int(),
    stored: z.int().describe('Before anything was put right'),
    missing: z.int().describe('Were on the server only, and have been stored'),
    surplus: z.int().describe('Were stored as in the folder, and have been marked as gone from it'),
    misplaced: z.int().describe('Were stored as elsewhere, and have been put into the folder'),
    unreadable: z.int().describe('Could not be read, although the audit tried; see the item failures'),
    recurring: z.boolean().describe('The audit before had differences, too: an incident is open'),
    at: time,
  })
  .meta({ id: 'Audit' });
const auditPage = pageSchema(auditAnswer).meta({ id: 'AuditPage' });
const auditRequest = z
  .object({
    requestedAt: time.describe('Audits from this time on answer the request; the same while one is wanted'),
    running: z.boolean().describe('One is under way'),
  })
  .meta({ id: 'AuditRequest' });

export const auditNotPossible = defineProblem({
  code: 'audit-not-possible',
  status: 409,
  title: 'The mailbox cannot be audited now',
  retryable: false,
  remediation:
    'Only an active mailbox that receives is compared with the server. See its status, and resume it or switch `incoming` on.',
});

const auditQuery = z.strictObject(pageQuery.shape);

@ApiTags('Mailboxes')
@Controller('v1/mailboxes/:id/audits')
export class AuditsController {
  constructor(
    private readonly audits: AuditsStore,
    private readonly mailboxes: Mailboxes,
    private readonly work: WorkStore,
    private readonly posts: IdempotentPosts,
    private readonly clock: Clock,
  ) {}

  @Post()
  @HttpCode(202)
  @RequireScope('write')
  @ApiOperation({
    summary: 'Compare a mailbox with the server now',
    description:
      'Item by item, and items that could not be read are tried. While one is wanted or under way, it is the same one. Its results are in the list, one for each folder.',
  })
  @Answers(202, 'Since when it is wanted', auditRequest)
  @AnswersProblem(auditNotPossible)
  async request(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) mailboxId: string,
  ): Promise<z.output<typeof auditRequest>> {
    const mailbox = await this.mailboxes.read(mailboxId, caller.profileIds);
    return this.posts.run(post, async (manager) => {
      if (mailbox.state !== 'active' || !mailbox.incoming) throw new Problem(auditNotPossible);
      const now = this.clock.now();
      const { requestedAt, running } = await this.audits.request(manager, mailboxId, now);
      const isNew = requestedAt.getTime() === now.getTime();
      if (isNew || !running) await this.work.bringForward(manager, mailboxId, 'audit', now, lanes.asked);
      return { status: 202, body: { requestedAt: requestedAt.toISOString(), running } };
    });
  }

  @Get()
  @RequireScope('read')
  @ApiOperation({
    summary: 'List a mailbox’s audits',
    description:
      'Newest first, the last 30 of each folder. About once a day what is stored is compared with the server, and differences are put right.',
  })
  @Answers(200, 'A page of audits', auditPage)
  async list(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) mailboxId: string,
    @Query({ schema: auditQuery }) query: z.output<typeof auditQuery>,
  ): Promise<Page<z.output<typeof auditAnswer>>> {
    await this.mailboxes.read(mailboxId, caller.profileIds);
    const before = decodeCursor(query.cursor, z.tuple([z.uuid()]))?.[0] ?? null;
    const rows = await this.audits.list(mailboxId, before, query.limit + 1);
    return pageOf(rows, query.limit, showAudit, ({ id }) => [id]);
  }
}

function showAudit({ profileId: _, ...audit }: Audit): z.output<typeof auditAnswer> {
  return { ...audit, from: audit.from.toISOString(), to: audit.to.toISOString(), at: audit.at.toISOString() };
}

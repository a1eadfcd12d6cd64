import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../platform/http/answers.js';
import { decodeCursor, pageOf, pageQuery, pageSchema, type Page } from '../../platform/http/page.js';
import { idParam } from '../../platform/http/validation.js';
import { Caller } from '../access/caller.js';
import { RequireScope } from '../access/require-scope.js';
import { Mailboxes } from '../mailboxes/mailboxes.js';
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
    recurring: z.boolean().describe('The audit before had differences, too: an incident is open'),
    at: time,
  })
  .meta({ id: 'Audit' });
const auditPage = pageSchema(auditAnswer).meta({ id: 'AuditPage' });
const auditQuery = z.strictObject(pageQuery.shape);

@ApiTags('Mailboxes')
@Controller('v1/mailboxes/:id/audits')
export class AuditsController {
  constructor(
    private readonly audits: AuditsStore,
    private readonly mailboxes: Mailboxes,
  ) {}

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

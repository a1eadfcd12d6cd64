import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Answers } from '../../platform/http/answers.js';
import { Caller } from '../identity/callers/caller.js';
import { RequireScope } from '../identity/callers/require-scope.js';
import { MailboxCountsStore } from './mailbox-counts.store.js';
import {
  choiceOf,
  mailboxCauses,
  mailboxCausesQuery,
  mailboxCounts,
  mailboxCountsQuery,
  maxCauses,
  showCauses,
  showCounts,
} from './mailbox-search.schemas.js';

@ApiTags('Mailboxes')
@Controller('v1/mailboxes')
export class MailboxCountsController {
  constructor(private readonly counts: MailboxCountsStore) {}

  @Get('counts')
  @RequireScope('read')
  @ApiOperation({ summary: 'Count mailboxes by state', description: 'Takes the filters of the list but `state`.' })
  @Answers(200, 'How many', mailboxCounts)
  async byState(
    @Caller() caller: Caller,
    @Query({ schema: mailboxCountsQuery }) query: z.output<typeof mailboxCountsQuery>,
  ): Promise<z.output<typeof mailboxCounts>> {
    return showCounts(await this.counts.byState(choiceOf(query, caller)));
  }

  @Get('causes')
  @RequireScope('read')
  @ApiOperation({
    summary: 'List what stops mailboxes',
    description: `The codes that \`cause\` of the list takes, ${maxCauses} at most.`,
  })
  @Answers(200, 'The causes', mailboxCauses)
  async causes(
    @Caller() caller: Caller,
    @Query({ schema: mailboxCausesQuery }) query: z.output<typeof mailboxCausesQuery>,
  ): Promise<z.output<typeof mailboxCauses>> {
    return showCauses(await this.counts.causes(caller.profileIds, query.profileId ?? null, maxCauses));
  }
}

import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { Clock } from '../../../platform/clock/clock.js';
import { Answers } from '../../../platform/http/answers.js';
import { IdempotentPosts, Posted, type PostInProgress } from '../../../platform/http/idempotent-posts.js';
import { decodeCursor, pageOf, type Page } from '../../../platform/http/page.js';
import { Problem, problems } from '../../../platform/http/problem.js';
import { BodyLimit, megabyte } from '../../../platform/http/route-settings.js';
import { idParam, oneLine } from '../../../platform/http/validation.js';
import { Caller } from '../../identity/callers/caller.js';
import { RequireScope } from '../../identity/callers/require-scope.js';
import {
  bookPage,
  bookQuery,
  namedEntries,
  newEntries,
  putResult,
  removalResult,
  showEntry,
  type bookEntry,
  type NewEntries,
} from './address-book.schemas.js';
import { AddressBookStore } from './address-book.store.js';

/** 10,000 entries with long notes. */
const bodyLimit = 10 * megabyte;

@ApiTags('Address book')
@Controller('v1/email-server-profiles/:id/address-book')
export class AddressBookController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly store: AddressBookStore,
    private readonly posts: IdempotentPosts,
    private readonly clock: Clock,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiOperation({
    summary: 'List a profile’s address book',
    description: 'In the order of addresses and domains. Mailboxes whose filter is `known` take mail from these only.',
  })
  @Answers(200, 'A page of entries', bookPage)
  async list(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: bookQuery }) query: z.output<typeof bookQuery>,
  ): Promise<Page<z.output<typeof bookEntry>>> {
    const after = decodeCursor(query.cursor, z.tuple([oneLine(400)]))?.[0] ?? null;
    if (!caller.sees(id) || !(await this.store.hasProfile(id))) throw new Problem(problems.notFound);
    const rows = await this.store.list(id, query.prefix, after, query.limit + 1);
    return pageOf(rows, query.limit, showEntry, ({ entry }) => [entry]);
  }

  @Post()
  @HttpCode(200)
  @BodyLimit(bodyLimit)
  @RequireScope('write')
  @ApiOperation({
    summary: 'Add entries to the address book',
    description: 'Up to 10,000 in one call. What is there already gets the new note. It holds for mail from now on.',
  })
  @Answers(200, 'How many are new', putResult)
  async add(
    @Caller() caller: Caller,
    @Posted() post: PostInProgress,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: newEntries }) body: NewEntries,
  ): Promise<z.output<typeof putResult>> {
    return this.posts.run(post, async (manager) => ({
      status: 200,
      body: await this.write(manager, caller, id, body),
    }));
  }

  @Put()
  @BodyLimit(bodyLimit)
  @RequireScope('write')
  @ApiOperation({
    summary: 'Put entries into the address book',
    description: 'The same as POST; a repetition changes nothing. Entries that are not named stay.',
  })
  @Answers(200, 'How many are new', putResult)
  async put(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: newEntries }) body: NewEntries,
  ): Promise<z.output<typeof putResult>> {
    return this.dataSource.transaction((manager) => this.write(manager, caller, id, body));
  }

  @Delete()
  @BodyLimit(bodyLimit)
  @RequireScope('write')
  @ApiOperation({ summary: 'Remove entries from the address book', description: 'Up to 10,000 in one call.' })
  @Answers(200, 'How many were there', removalResult)
  async remove(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: namedEntries }) body: z.output<typeof namedEntries>,
  ): Promise<z.output<typeof removalResult>> {
    if (!caller.sees(id) || !(await this.store.hasProfile(id))) throw new Problem(problems.notFound);
    return { removed: await this.store.remove(this.dataSource.manager, id, [...new Set(body.entries)]) };
  }

  private async write(manager: EntityManager, caller: Caller, id: string, { entries }: NewEntries) {
    if (!caller.sees(id) || !(await this.store.lockProfile(manager, id))) throw new Problem(problems.notFound);
    // The last of equal ones counts: one statement cannot write a row twice.
    const distinct = [...new Map(entries.map((entry) => [entry.entry, entry])).values()];
    const added = await this.store.put(manager, id, distinct, this.clock.now());
    return { added, updated: distinct.length - added };
  }
}

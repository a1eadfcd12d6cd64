import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../platform/http/answers.js';
import { decodeCursor, pageOf, type Page } from '../../platform/http/page.js';
import { idParam } from '../../platform/http/validation.js';
import { Caller } from '../identity/callers/caller.js';
import { RequireScope } from '../identity/callers/require-scope.js';
import { IncidentReader } from './incident-reader.js';
import { IncidentViewsStore } from './incident-views.store.js';
import {
  incidentAnswer,
  incidentPage,
  incidentQuery,
  notificationPage,
  notificationQuery,
  showIncident,
  showNotification,
  type IncidentAnswer,
  type incidentSummary,
  type notificationAnswer,
} from './incidents.schemas.js';
import { NotificationsStore } from '../notifications/notifications.store.js';

const cursorShape = z.tuple([z.uuid()]);

@ApiTags('Incidents')
@Controller('v1')
export class IncidentsController {
  constructor(
    private readonly incidents: IncidentViewsStore,
    private readonly reader: IncidentReader,
    private readonly notifications: NotificationsStore,
  ) {}

  @Get('incidents')
  @RequireScope('read')
  @ApiOperation({
    summary: 'List incidents',
    description:
      'Newest first. One incident is one cause of one profile, however many mailboxes it stops, or of one webhook endpoint.',
  })
  @Answers(200, 'A page of incidents', incidentPage)
  async list(
    @Caller() caller: Caller,
    @Query({ schema: incidentQuery }) query: z.output<typeof incidentQuery>,
  ): Promise<Page<z.output<typeof incidentSummary>>> {
    const rows = await this.incidents.list({
      profileIds: caller.profileIds,
      profileId: query.profileId ?? null,
      endpointId: query.endpointId ?? null,
      open: query.open ?? null,
      before: decodeCursor(query.cursor, cursorShape)?.[0] ?? null,
      limit: query.limit + 1,
    });
    const context = await this.reader.contextOf(rows, caller.profileIds);
    return pageOf(
      rows,
      query.limit,
      (row) => showIncident(row, context, []),
      ({ id }) => [id],
    );
  }

  @Get('incidents/:id')
  @RequireScope('read')
  @ApiOperation({ summary: 'Read an incident', description: 'With its mailboxes and the notifications sent about it.' })
  @Answers(200, 'The incident', incidentAnswer)
  async read(@Caller() caller: Caller, @Param('id', { schema: idParam }) id: string): Promise<IncidentAnswer> {
    return this.reader.show(id, caller.profileIds);
  }

  @Get('notifications')
  @RequireScope('read')
  @ApiOperation({
    summary: 'List notifications to owners of profiles and webhook endpoints',
    description: 'Newest first, with their text, sent or not.',
  })
  @Answers(200, 'A page of notifications', notificationPage)
  async listNotifications(
    @Caller() caller: Caller,
    @Query({ schema: notificationQuery }) query: z.output<typeof notificationQuery>,
  ): Promise<Page<z.output<typeof notificationAnswer>>> {
    const rows = await this.notifications.list({
      profileIds: caller.profileIds,
      incidentId: query.incidentId ?? null,
      before: decodeCursor(query.cursor, cursorShape)?.[0] ?? null,
      limit: query.limit + 1,
    });
    return pageOf(rows, query.limit, showNotification, ({ id }) => [id]);
  }
}

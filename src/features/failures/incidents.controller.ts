import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { publicUrlOf } from '../../platform/config/public-url.js';
import type { Settings } from '../../platform/config/settings.js';
import { Answers } from '../../platform/http/answers.js';
import { decodeCursor, pageOf, type Page } from '../../platform/http/page.js';
import { Problem, problems } from '../../platform/http/problem.js';
import { idParam } from '../../platform/http/validation.js';
import { SETTINGS } from '../../platform/tokens.js';
import { Caller } from '../access/caller.js';
import { RequireScope } from '../access/require-scope.js';
import { ProfileNamesStore } from '../profiles/profile-names.store.js';
import {
  incidentAnswer,
  incidentPage,
  incidentQuery,
  notificationPage,
  notificationQuery,
  showIncident,
  showIncidentMailbox,
  showNotification,
  type IncidentContext,
  type incidentSummary,
  type notificationAnswer,
} from './incidents.schemas.js';
import { IncidentsStore, type IncidentRow } from './incidents.store.js';
import { NotificationsStore } from './notifications.store.js';

const shownMailboxes = 200;
const cursorShape = z.tuple([z.uuid()]);

@ApiTags('Incidents')
@Controller('v1')
export class IncidentsController {
  constructor(
    private readonly incidents: IncidentsStore,
    private readonly notifications: NotificationsStore,
    private readonly profiles: ProfileNamesStore,
    @Inject(SETTINGS) private readonly settings: Settings,
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
    const context = await this.contextOf(rows);
    return pageOf(
      rows,
      query.limit,
      (row) => showIncident(row, context, null),
      ({ id }) => [id],
    );
  }

  @Get('incidents/:id')
  @RequireScope('read')
  @ApiOperation({ summary: 'Read an incident', description: 'With its mailboxes and the notifications sent about it.' })
  @Answers(200, 'The incident', incidentAnswer)
  async read(
    @Caller() caller: Caller,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<z.output<typeof incidentAnswer>> {
    const incident = await this.incidents.find(id, caller.profileIds);
    if (!incident) throw new Problem(problems.notFound);
    const mailboxes = await this.incidents.mailboxesOf(id, shownMailboxes);
    const { profileIds } = caller;
    const notifications = await this.notifications.list({ profileIds, incidentId: id, before: null, limit: 20 });
    return {
      ...showIncident(incident, await this.contextOf([incident]), mailboxes[0]?.email_address ?? null),
      mailboxes: mailboxes.map(showIncidentMailbox),
      notifications: notifications.map(showNotification),
    };
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

  private async contextOf(rows: readonly IncidentRow[]): Promise<IncidentContext> {
    const profileIds = rows.map((row) => row.profile_id).filter((id) => id !== null);
    return { profile: await this.profiles.of(profileIds), publicUrl: publicUrlOf(this.settings) };
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { publicUrlOf } from '../../platform/config/public-url.js';
import type { Settings } from '../../platform/config/settings.js';
import { Problem, problems } from '../../platform/http/problem.js';
import { SETTINGS } from '../../platform/tokens.js';
import { ProfileNamesStore } from '../profiles/profile-names.store.js';
import { CatchUpStore } from './catch-up.store.js';
import { incidentShared } from './incident-acts.js';
import { showAct } from './incident-acts.schemas.js';
import { IncidentActsStore } from './incident-acts.store.js';
import type { IncidentRow, IncidentView } from './incident-row.js';
import { IncidentViewsStore } from './incident-views.store.js';
import {
  showIncident,
  showIncidentMailbox,
  showNotification,
  type IncidentAnswer,
  type IncidentContext,
} from './incidents.schemas.js';
import { NotificationsStore } from '../notifications/notifications.store.js';

const shownMailboxes = 200;
const shownNotifications = 20;
const shownActs = 50;

type Reach = readonly string[] | null;

/** Incidents as callers may see them. */
@Injectable()
export class IncidentReader {
  constructor(
    private readonly incidents: IncidentViewsStore,
    private readonly notifications: NotificationsStore,
    private readonly acts: IncidentActsStore,
    private readonly profiles: ProfileNamesStore,
    private readonly catchUp: CatchUpStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @throws Problem not-found */
  async find(id: string, reach: Reach): Promise<IncidentView> {
    const incident = await this.incidents.find(id, reach);
    if (!incident) throw new Problem(problems.notFound);
    return incident;
  }

  /** For acts whose effect reaches everybody whom the incident concerns. @throws Problem not-found, incident-shared */
  async findWhole(id: string, reach: Reach): Promise<IncidentView> {
    const incident = await this.find(id, reach);
    if (!incident.wholly) throw new Problem(incidentShared);
    return incident;
  }

  /** @throws Problem not-found */
  async show(id: string, reach: Reach): Promise<IncidentAnswer> {
    const incident = await this.find(id, reach);
    const mailboxes = await this.incidents.mailboxesOf(id, shownMailboxes);
    const query = { profileIds: reach, incidentId: id, before: null, limit: shownNotifications };
    return {
      ...showIncident(incident, await this.contextOf([incident], reach), mailboxes),
      mailboxes: mailboxes.map(showIncidentMailbox),
      notifications: (await this.notifications.list(query)).map(showNotification),
      caughtUp: stoppedMail(incident) && incident.wholly ? await this.catchUp.of(incident) : null,
      acts: incident.wholly ? (await this.acts.list(id, shownActs)).map(showAct) : [],
    };
  }

  async contextOf(rows: readonly IncidentRow[], reach: Reach): Promise<IncidentContext> {
    const profileIds = rows.map((row) => row.profile_id).filter((id) => id !== null);
    return { profile: await this.profiles.of(profileIds), publicUrl: publicUrlOf(this.settings), reach };
  }
}

const stoppedMail = ({ closed_at: closedAt, scope }: IncidentRow): boolean =>
  closedAt !== null && !['notice', 'endpoint', 'installation'].includes(scope);

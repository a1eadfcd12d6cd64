import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { publicUrlOf } from '../../platform/config/public-url.js';
import type { Settings } from '../../platform/config/settings.js';
import { SETTINGS } from '../../platform/tokens.js';
import { eventsKeptMs } from '../deliveries/feed-retention.js';
import { ProfileNamesStore, type ProfileNames } from '../profiles/profile-names.store.js';
import { CatchUpStore } from './catch-up.store.js';
import { endpointNotificationText } from './endpoint-notification-text.js';
import type { IncidentRow } from './incident-row.js';
import { IncidentViewsStore } from './incident-views.store.js';
import type { NotificationRow } from './notification-row.js';
import { notificationText } from './notification-text.js';
import { NotificationsStore } from './notifications.store.js';

const namedMailboxes = 5;

export interface WrittenNotification {
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  /** Mailboxes that it tells of. */
  readonly affected: number;
}

/** Writes a notification when it goes out, from what is known then. */
@Injectable()
export class NotificationWriter {
  constructor(
    private readonly notifications: NotificationsStore,
    private readonly incidents: IncidentViewsStore,
    private readonly profiles: ProfileNamesStore,
    private readonly catchUp: CatchUpStore,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async write(notification: NotificationRow): Promise<WrittenNotification> {
    const incident = await this.incidents.find(notification.incident_id, null);
    if (!incident) throw new Error(`notification ${notification.id} has no incident`);
    const publicUrl = publicUrlOf(this.settings);
    const { affected } = incident;
    if (incident.endpoint_id !== null) {
      const written = endpointNotificationText({
        kind: notification.kind,
        ownerName: notification.recipient_name,
        endpointId: incident.endpoint_id,
        incident: {
          id: incident.id,
          failure: incident.first_failure,
          openedAt: incident.opened_at,
          closedAt: incident.closed_at,
        },
        eventsKeptMs,
        publicUrl,
      });
      return { ...written, affected };
    }
    const mailboxes = await this.incidents.mailboxesOf(incident.id, namedMailboxes);
    const profiles = await this.profilesOf(incident, notification.recipient_email);
    const facts = {
      kind: notification.kind,
      ownerName: notification.recipient_name,
      profile: profileOf(incident, profiles),
      incident: {
        id: incident.id,
        scope: incident.scope,
        failure: incident.first_failure,
        openedAt: incident.opened_at,
        closedAt: incident.closed_at,
        affected,
        stopped: incident.stopped,
      },
      mailboxes: mailboxes.map((mailbox) => mailbox.email_address),
      mailboxIds: mailboxes.map((mailbox) => mailbox.mailbox_id),
      publicUrl,
      profiles: profiles.map(({ name }) => name),
      now: this.clock.now(),
      newly: notification.kind === 'digest' ? Math.max(0, affected - notification.told_before) : null,
      ...(notification.kind === 'recovered' ? { caughtUp: await this.catchUp.of(incident) } : {}),
      ...(notification.kind === 'escalated' ? await this.unanswered(incident.id) : {}),
    };
    return { ...notificationText(facts), affected };
  }

  /** A person of several profiles of a server hears of all of them at once. */
  private async profilesOf(incident: IncidentRow, email: string): Promise<ProfileNames[]> {
    if (incident.server_host !== null) return this.profiles.ofPersonOnServer(incident.server_host, email);
    return incident.profile_id === null ? [] : [(await this.profiles.of([incident.profile_id]))(incident.profile_id)];
  }

  private async unanswered(incidentId: string) {
    const told = await this.notifications.firstOpening(incidentId);
    return told ? { unanswered: told } : {};
  }
}

function profileOf({ server_host: host, profile_id: id }: IncidentRow, profiles: readonly ProfileNames[]) {
  const [first] = profiles;
  return {
    ...(id === null ? {} : { id }),
    name: profiles.map(({ name }) => name).join('”, “') || '(deleted)',
    username: first?.username ?? '(unknown)',
    ewsUrl: first?.ewsUrl ?? `https://${host ?? ''}/EWS/Exchange.asmx`,
  };
}

import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { publicUrlOf } from '../../platform/config/public-url.js';
import type { Settings } from '../../platform/config/settings.js';
import { SETTINGS } from '../../platform/tokens.js';
import { eventsKeptMs } from '../feed/feed-retention.js';
import { ProfileNamesStore } from '../profiles/profile-names.store.js';
import { CatchUpStore } from '../incidents/catch-up.store.js';
import { endpointNotificationText } from './endpoint-notification-text.js';
import type { StoredFailure } from '../failures/failure.js';
import { isOfInstallation, type IncidentRow, type MailIncidentRow } from '../incidents/incident-row.js';
import { IncidentViewsStore } from '../incidents/incident-views.store.js';
import type { NotificationRow } from './notification-row.js';
import { notificationText, type NotificationFacts } from './notification-text.js';
import { InterruptedWorkStore } from './interrupted-work.store.js';
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
    private readonly interrupted: InterruptedWorkStore,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async write(notification: NotificationRow): Promise<WrittenNotification> {
    const incident = await this.incidents.find(notification.incident_id, null);
    if (!incident) throw new Error(`notification ${notification.id} has no incident`);
    const publicUrl = publicUrlOf(this.settings);
    const { affected } = incident;
    if (isOfInstallation(incident)) throw new Error(`incident ${incident.id} of the installation has no recipients`);
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
    const failure = await this.shownFailure(incident, notification.recipient_email);
    const words = notificationText({
      kind: notification.kind,
      ownerName: notification.recipient_name,
      ...(await this.profilesOf(incident, notification.recipient_email)),
      incident: {
        id: incident.id,
        // Endpoint incidents were handled above, and installation incidents send no mail.
        scope: incident.scope === 'endpoint' || incident.scope === 'installation' ? 'notice' : incident.scope,
        failure,
        openedAt: incident.first_failure_at ?? incident.opened_at,
        closedAt: incident.closed_at,
        affected,
        stopped: incident.stopped,
      },
      mailboxes: mailboxes.map((mailbox) => mailbox.email_address),
      mailboxIds: mailboxes.map((mailbox) => mailbox.mailbox_id),
      publicUrl,
      now: this.clock.now(),
      work: await this.interrupted.of(incident, mailboxes[0]?.mailbox_id ?? null),
      checking: await this.incidents.beingChecked(incident),
      soapExcerpt: failure.answer ?? null,
      newly: notification.kind === 'digest' ? Math.max(0, affected - notification.told_before) : null,
      ...(notification.kind === 'recovered' ? { caughtUp: await this.catchUp.of(incident) } : {}),
      ...(notification.kind === 'escalated' ? await this.unanswered(incident.id) : {}),
    });
    return { ...words, affected };
  }

  /** On a shared server the call that failed may have been another owner's: its ids and its answer stay out. */
  private async shownFailure(incident: MailIncidentRow, email: string): Promise<StoredFailure> {
    const { server_host: host, first_failure: failure } = incident;
    if (host === null || (await this.profiles.ownsServer(host, email))) return failure;
    const { answer: _answer, ...shown } = failure;
    return { ...shown, message: '', values: {}, requestId: null, clientRequestId: null };
  }

  /** A person of several profiles of a server hears of all of them at once. */
  private async profilesOf(
    incident: IncidentRow,
    email: string,
  ): Promise<Pick<NotificationFacts, 'profile' | 'profiles'>> {
    const { profile_id: id, server_host: host } = incident;
    if (id !== null) return { profile: { id, ...(await this.profiles.of([id]))(id) } };
    const profiles = host === null ? [] : await this.profiles.ofPersonOnServer(host, email);
    const unknown = { name: '(deleted)', username: '(unknown)', ewsUrl: `https://${host ?? ''}/EWS/Exchange.asmx` };
    return { profile: profiles[0] ?? unknown, profiles: profiles.map(({ name }) => name) };
  }

  private async unanswered(incidentId: string): Promise<Pick<NotificationFacts, 'unanswered'>> {
    const told = await this.notifications.firstOpening(incidentId);
    return told ? { unanswered: told } : {};
  }
}

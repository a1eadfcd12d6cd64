import { Inject, Injectable } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { Clock } from '../../platform/clock/clock.js';
import { publicUrlOf } from '../../platform/config/public-url.js';
import type { Settings } from '../../platform/config/settings.js';
import type { Log } from '../../platform/log/log.js';
import { LOG, SETTINGS } from '../../platform/tokens.js';
import { eventsKeptMs } from '../deliveries/feed-retention.js';
import { ProfileNamesStore } from '../profiles/profile-names.store.js';
import { retryDelay } from './backoff.js';
import { endpointNotificationText } from './endpoint-notification-text.js';
import { IncidentsStore } from './incidents.store.js';
import { notificationText, type NotificationFacts } from './notification-text.js';
import { NotificationsStore, type NotificationRow } from './notifications.store.js';

const batch = 20;
/** Longer than a send can take, so that a notification under way is not taken twice. */
const sendingMs = 120_000;
const connectionTimeoutMs = 20_000;
const maxAttempts = 30;
const namedMailboxes = 5;

/** Sends the outbox of notifications. Several processes may do so at once; each row is taken by one. */
@Injectable()
export class Notifier {
  private readonly transport: Transporter | null;

  constructor(
    private readonly notifications: NotificationsStore,
    private readonly incidents: IncidentsStore,
    private readonly profiles: ProfileNamesStore,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.transport = settings.smtpUrl
      ? createTransport(settings.smtpUrl, {
          connectionTimeout: connectionTimeoutMs,
          greetingTimeout: connectionTimeoutMs,
          socketTimeout: 60_000,
        } as never)
      : null;
  }

  /** Sends what is due. @returns how many were taken */
  async sendDue(): Promise<number> {
    const taken = await this.notifications.takeDue(this.clock.now(), this.clock.in(sendingMs), batch);
    for (const notification of taken) await this.send(notification);
    return taken.length;
  }

  close(): void {
    this.transport?.close();
  }

  private async send(notification: NotificationRow): Promise<void> {
    const { subject, text, html } = await this.write(notification);
    const settle = (state: NotificationRow['state'], error: string | null, nextAttemptAt: Date | null) =>
      this.notifications.settle(notification.id, { state, subject, text, at: this.clock.now(), error, nextAttemptAt });
    const facts = { notificationId: notification.id, incidentId: notification.incident_id, kind: notification.kind };
    if (!this.transport) {
      this.log.warn(
        { ...facts, subject },
        'a notification is kept and not mailed, because SMTP_URL is not set; see GET /v1/notifications',
      );
      return settle('kept', null, null);
    }
    try {
      await this.transport.sendMail({
        from: this.settings.notifyFrom,
        to: { name: notification.recipient_name, address: notification.recipient_email },
        subject,
        text,
        ...(html === undefined ? {} : { html }),
        // Stable, so that a mail sent again after a crash is recognised as the same one.
        messageId: `<${notification.id}@postroom>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      await settle('sent', null, null);
    } catch (error) {
      const message = error instanceof Error ? error.message : 'unknown error';
      const again = notification.attempts < maxAttempts;
      this.log.error(
        { ...facts, smtpError: message, attempts: notification.attempts },
        again ? 'a notification could not be mailed and is tried again' : 'a notification is given up',
      );
      await settle(
        again ? 'pending' : 'failed',
        message.slice(0, 500),
        again ? this.clock.in(retryDelay(notification.attempts, Math.random())) : null,
      );
    }
  }

  private async write(notification: NotificationRow): Promise<{ subject: string; text: string; html?: string }> {
    const incident = await this.incidents.find(notification.incident_id, null);
    if (!incident) throw new Error(`notification ${notification.id} has no incident`);
    const publicUrl = publicUrlOf(this.settings);
    if (incident.endpoint_id !== null)
      return endpointNotificationText({
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
    const mailboxes = await this.incidents.mailboxesOf(incident.id, namedMailboxes);
    const whose =
      incident.profile_id === null
        ? await this.profilesOnServer(incident.server_host, notification.recipient_email)
        : {
            profile: {
              id: incident.profile_id,
              ...(await this.profiles.of([incident.profile_id]))(incident.profile_id),
            },
          };
    return notificationText({
      kind: notification.kind,
      ownerName: notification.recipient_name,
      ...whose,
      incident: {
        id: incident.id,
        // One of an endpoint has been told of above.
        scope: incident.scope === 'endpoint' ? 'notice' : incident.scope,
        failure: incident.first_failure,
        openedAt: incident.opened_at,
        closedAt: incident.closed_at,
        affected: incident.affected,
      },
      mailboxes: mailboxes.map((mailbox) => mailbox.email_address),
      mailboxIds: mailboxes.map((mailbox) => mailbox.mailbox_id),
      publicUrl,
    });
  }

  /** An owner of several profiles of a server hears of all of them at once. */
  private async profilesOnServer(
    host: string,
    ownerEmail: string,
  ): Promise<Pick<NotificationFacts, 'profile' | 'profiles'>> {
    const profiles = await this.profiles.ofOwnerOnServer(host, ownerEmail);
    const unknown = { name: '(deleted)', username: '(unknown)', ewsUrl: `https://${host}/EWS/Exchange.asmx` };
    return { profile: profiles[0] ?? unknown, profiles: profiles.map(({ name }) => name) };
  }
}

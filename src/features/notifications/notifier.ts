import { Inject, Injectable } from '@nestjs/common';
import type { Transporter } from 'nodemailer';
import { Clock } from '../../platform/clock/clock.js';
import type { Settings } from '../../platform/config/settings.js';
import type { Log } from '../../platform/log/log.js';
import { LOG, SETTINGS } from '../../platform/tokens.js';
import { retryDelay } from '../failures/backoff.js';
import type { NotificationRow } from './notification-row.js';
import { NotificationWriter, type WrittenNotification } from './notification-writer.js';
import { NotificationsStore } from './notifications.store.js';
import { isWorthTrying, smtpFailure } from './smtp-refusal.js';
import { smtpTransport } from './smtp-transport.js';

/** Sent side by side, so that a server that answers slowly does not use up the lease of the later ones. */
const batch = 5;
/** Longer than a send can take, so that a notification under way is not taken twice. */
const sendingMs = 300_000;

/** Sends the outbox of notifications. Several processes may do so at once; each row is taken by one. */
@Injectable()
export class Notifier {
  private readonly transport: Transporter | null;
  /** For the log only, which tells once that mail does not go out, and once that it does again. */
  private isInTrouble = false;

  constructor(
    private readonly notifications: NotificationsStore,
    private readonly writer: NotificationWriter,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.transport = smtpTransport(settings, { connectMs: 20_000, answerMs: 60_000 });
  }

  /** Sends what is due. @returns how many were taken */
  async sendDue(): Promise<number> {
    const taken = await this.notifications.takeDue(this.clock.now(), this.clock.in(sendingMs), batch);
    await Promise.all(taken.map((notification) => this.send(notification)));
    return taken.length;
  }

  close(): void {
    this.transport?.close();
  }

  private async send(notification: NotificationRow): Promise<void> {
    const standing = await this.notifications.standing(notification.id, this.clock.now());
    if (standing.type !== 'wanted') return this.notifications.giveBack(notification, standing);
    const written = await this.write(notification);
    if (!written) return;
    if (!this.transport) {
      this.log.warn(
        { ...factsOf(notification), subject: written.subject },
        'a notification is kept and not mailed, because SMTP_URL is not set; see GET /v1/notifications',
      );
      return this.settle(notification, written, 'kept');
    }
    try {
      await this.transport.sendMail({
        from: this.settings.notifyFrom,
        to: { name: notification.recipient_name, address: notification.recipient_email },
        subject: written.subject,
        text: written.text,
        ...(written.html === undefined ? {} : { html: written.html }),
        // Stable, so that a mail sent again after a crash is recognised as the same one.
        messageId: `<${notification.id}@postroom>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    } catch (error) {
      return this.failed(notification, written, error);
    }
    await this.settle(notification, written, 'sent');
    if (this.isInTrouble) this.log.info(factsOf(notification), 'notifications are mailed again');
    this.isInTrouble = false;
  }

  private async failed(notification: NotificationRow, written: WrittenNotification, error: unknown): Promise<void> {
    const { words, isFinal } = smtpFailure(error);
    const facts = { ...factsOf(notification), smtpError: words, attempts: notification.attempts };
    if (isFinal || !isWorthTrying(notification.created_at, this.clock.now())) {
      this.log.error(facts, isFinal ? 'a notification is refused for good' : 'a notification is given up after days');
      return this.settle(notification, written, 'failed', words);
    }
    if (!this.isInTrouble) this.log.error(facts, 'notifications cannot be mailed at the moment; they are tried again');
    this.isInTrouble = true;
    await this.settle(notification, written, 'pending', words);
  }

  /** @returns null when that went wrong; it is tried again */
  private async write(notification: NotificationRow): Promise<WrittenNotification | null> {
    try {
      return await this.writer.write(notification);
    } catch (error) {
      this.log.error(
        { err: error, ...factsOf(notification) },
        'a notification could not be written; it is tried again',
      );
      await this.settle(
        notification,
        null,
        'pending',
        'It could not be written; the log of the worker has the details.',
      );
      return null;
    }
  }

  private async settle(
    notification: NotificationRow,
    written: WrittenNotification | null,
    state: NotificationRow['state'],
    error: string | null = null,
  ): Promise<void> {
    const at = this.clock.now();
    const nextAttemptAt = state === 'pending' ? this.clock.in(retryDelay(notification.attempts, Math.random())) : null;
    const { subject = null, text = null } = written ?? {};
    await this.notifications.settle(notification, { state, subject, text, at, error, nextAttemptAt });
    const isTold = (state === 'sent' || state === 'kept') && ['opened', 'digest'].includes(notification.kind);
    if (isTold && written) await this.notifications.noteTold(notification.incident_id, written.affected, at);
  }
}

const factsOf = ({ id, incident_id, kind }: NotificationRow) => ({ notificationId: id, incidentId: incident_id, kind });

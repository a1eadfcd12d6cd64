import { v7 as uuid } from 'uuid';
import { classify } from '../../../src/features/failures/classify.js';
import { storedFailure, type StoredFailure } from '../../../src/features/failures/failure.js';
import { Incidents } from '../../../src/features/incidents/incidents.js';
import { NotificationPlanner } from '../../../src/features/notifications/notification-planner.js';
import { NotificationWriter } from '../../../src/features/notifications/notification-writer.js';
import { NotificationsStore } from '../../../src/features/notifications/notifications.store.js';
import { Notifier } from '../../../src/features/notifications/notifier.js';
import { ServerIncidents } from '../../../src/features/incidents/server-incidents.js';
import { MailboxTransitions, type MailboxReport } from '../../../src/features/mailboxes/mailbox-transitions.js';
import { exchangeError } from '../../../src/drivers/ews/exchange-error.js';
import { withoutCall } from '../../../src/drivers/port/mail-error.js';
import { readSettings } from '../../../src/platform/config/settings.js';
import { recordedLog } from '../../support/api.js';
import { startSmtpReceiver, type SmtpReceiver } from '../../support/smtp-receiver.js';
import { succeeded, WholeStage } from './whole-stage.js';

export const minutes = 60_000;
export const hours = 60 * minutes;

/** The whole stage with a mail server, and the planners and notifiers of two workers. */
export class NotifyingStage {
  private readonly notifiers: readonly Notifier[];

  private constructor(
    readonly whole: WholeStage,
    readonly smtp: SmtpReceiver,
    readonly logged: () => string,
  ) {
    const { log, logged: notifierLog } = recordedLog();
    this.logged = notifierLog;
    const settings = readSettings({ SMTP_URL: smtp.url });
    const make = () =>
      new Notifier(whole.get(NotificationsStore), whole.get(NotificationWriter), whole.clock, settings, log);
    this.notifiers = [make(), make()];
  }

  static async open(): Promise<NotifyingStage> {
    return new NotifyingStage(await WholeStage.open({ poolSize: 25 }), await startSmtpReceiver(), () => '');
  }

  async close(): Promise<void> {
    for (const notifier of this.notifiers) notifier.close();
    await this.smtp.close();
    await this.whole.close();
  }

  /** What two workers decide and send by now. */
  async notify(): Promise<void> {
    const planner = this.whole.get(NotificationPlanner);
    const both = async (work: () => Promise<number>) => (await Promise.all([work(), work()])).some((done) => done > 0);
    while (await both(() => planner.planDue()));
    while ((await Promise.all(this.notifiers.map((notifier) => notifier.sendDue()))).some((taken) => taken > 0));
  }

  /** Lets time pass in steps, with two workers at work. */
  async pass(ms: number, stepMs = ms): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.whole.clock.advance(Math.min(stepMs, ms - passed));
      await this.notify();
    }
  }

  /** Subjects of the mail about a profile that has come in. */
  mailOf = (profileId: string): string[] =>
    this.smtp.mails.map(({ subject }) => subject).filter((subject) => subject.includes(profileId));

  /** Notifications of an incident as the API shows them, oldest first: kind, number of a digest, recipient. */
  async told(incidentId: string): Promise<string[]> {
    const rows = await this.whole.client().all(`/v1/notifications?incidentId=${incidentId}`);
    return rows
      .reverse()
      .map(({ kind, number, recipient, state }) =>
        [kind, ...(number ? [number] : []), recipient.email.split('@')[0], ...(state === 'sent' ? [] : [state])].join(
          ' ',
        ),
      );
  }

  /** A profile with mailboxes of its own. */
  async profileWith(mailboxes: number, more: Parameters<WholeStage['makeProfile']>[0] = {}) {
    const profileId = await this.whole.makeProfile(more);
    const rows = Array.from({ length: mailboxes }, () => ({ profileId, emailAddress: `${uuid()}@example.com` }));
    const { results } = succeeded(await this.whole.client().post('/v1/mailboxes/batch', { mailboxes: rows }));
    return { profileId, ids: results.map((row: { id: string }) => row.id) as string[] };
  }

  failure(code = 'ErrorImpersonateUserDenied'): StoredFailure {
    const details = { origin: 'response', code, operation: 'FindItem', text: 'no', effectPossible: false } as const;
    return storedFailure(
      classify(exchangeError({ ...details, diagnostics: withoutCall })),
      'incoming',
      this.whole.clock.now(),
    );
  }

  /** What a run reports; PostgreSQL may end one of two that cross. */
  async report(id: string, event: MailboxReport): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.whole.dataSource.transaction((manager) =>
          this.whole.get(MailboxTransitions).apply(manager, id, event, null),
        );
        return;
      } catch (error) {
        if (attempt === 3 || (error as { code?: string }).code !== '40P01') throw error;
      }
    }
  }

  stop = (id: string, code?: string) =>
    this.report(id, { type: 'work-denied', kind: 'incoming', failure: this.failure(code), confirmed: true });

  recover = (id: string) => this.report(id, { type: 'work-succeeded', kind: 'incoming', nextInMs: 60_000, lane: 1 });

  suspend = (profileId: string) =>
    this.whole
      .get(Incidents)
      .profileSuspended(this.whole.dataSource.manager, { profileId, failure: this.failure('Http401'), at: this.now() });

  resume = (profileId: string) =>
    this.whole.get(Incidents).profileResumed(this.whole.dataSource.manager, profileId, this.now());

  serverAway = (host: string) =>
    this.whole
      .get(ServerIncidents)
      .away(this.whole.dataSource.manager, host, this.failure('ECONNREFUSED'), this.now(), this.now());

  serverBack = (host: string) =>
    this.whole.get(ServerIncidents).answers(this.whole.dataSource.manager, host, this.now());

  now = () => this.whole.clock.now();

  /** The only incident of a profile, or its newest. */
  async incident(profileId: string) {
    const [incident] = await this.whole.client().all(`/v1/incidents?profileId=${profileId}`);
    return incident;
  }

  act = (incidentId: string, act: string, body?: object) =>
    this.whole.client().post(`/v1/incidents/${incidentId}/${act}`, body);
}

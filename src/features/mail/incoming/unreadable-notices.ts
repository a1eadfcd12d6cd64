import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';
import { ownFailure, type StoredFailure } from '../../failures/failure.js';
import { Incidents } from '../../incidents/incidents.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import { ItemFailuresStore, type ItemFailure } from './item-failures.store.js';

/** Mail that cannot be read for so long is brought to the notice of the profile's owner. */
export const lastingMs = 30 * 60_000;

const cause = 'ItemsUnreadable';

/** Opens, widens and closes the notice that messages of a mailbox cannot be read. */
@Injectable()
export class UnreadableNotices {
  constructor(
    private readonly failures: ItemFailuresStore,
    private readonly incidents: Incidents,
  ) {}

  /** Some of the failures have lasted and are in no notice yet. */
  async open(sql: Sql, run: MailboxRun, lasting: readonly ItemFailure[], now: Date): Promise<void> {
    const count = await this.failures.countUnread(sql, run.mailbox.id);
    if (count === 0) return;
    await this.failures.markReported(sql, run.mailbox.id);
    const failure = failureOf(run.mailbox.emailAddress, count, lasting, now);
    await this.incidents.noticed(sql, run.mailbox.id, { profileId: run.profile.id, failure, at: now });
  }

  /** A message that a notice counted is here, or gone from the server: with the last one the notice is over. */
  async closeIfNone(sql: Sql, mailboxId: string, now: Date): Promise<void> {
    if ((await this.failures.countUnread(sql, mailboxId)) > 0) return;
    await this.incidents.noticeEnded(sql, mailboxId, cause, now);
  }
}

function failureOf(mailbox: string, count: number, [first]: readonly ItemFailure[], at: Date): StoredFailure {
  const messages = count === 1 ? '1 message' : `${count} messages`;
  return ownFailure(
    {
      code: cause,
      operation: 'GetItem',
      during: 'incoming',
      message: `${messages} of ${mailbox} cannot be read${first ? `: ${first.code}: ${first.message}` : ''}`.slice(
        0,
        500,
      ),
      values: { messages, ...(first ? { code: first.code } : {}) },
    },
    at,
  );
}

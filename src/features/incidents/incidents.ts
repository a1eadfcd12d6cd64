import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/data-source.js';
import { EventsStore } from '../feed/events.store.js';
import type { StoredFailure } from '../failures/failure.js';
import type { IncidentScope } from './incident-row.js';
import { IncidentsStore } from './incidents.store.js';
import { isTimeToCount, isWidespread } from '../failures/lasting-trouble.js';

interface Trouble {
  readonly profileId: string;
  readonly failure: StoredFailure;
  readonly at: Date;
  /** When the trouble began, if that was earlier. */
  readonly firstFailureAt?: Date;
}

/**
 * Opens and closes incidents together with what follows from it: when its owner is to be told, and the event,
 * in the caller's transaction, so that none of them exists without the others.
 */
@Injectable()
export class Incidents {
  constructor(
    private readonly incidents: IncidentsStore,
    private readonly events: EventsStore,
  ) {}

  /** A mailbox stopped: it joins the profile's incident of that cause and leaves any other. */
  async mailboxStopped(sql: Sql, mailboxId: string, trouble: Trouble): Promise<void> {
    const { profileId, failure, at } = trouble;
    const incident = { profileId, cause: failure.code };
    // First, so that the incident that a whole crowd joins is locked as late as can be.
    await this.leave(sql, mailboxId, failure.code, at);
    let joined = await this.incidents.addMailbox(sql, incident, mailboxId, at, failure);
    if (!joined) {
      await this.open(sql, 'mailbox', trouble, mailboxId);
      joined = await this.incidents.addMailbox(sql, incident, mailboxId, at);
    }
    if (joined?.scope === 'mailbox' && isTimeToCount(joined.stopped))
      await this.widenIfMost(sql, joined.id, joined.stopped, trouble);
  }

  /** How many mailboxes of a profile a cause stops, and whether it is taken for the profile's own. */
  async crowdOf(sql: Sql, profileId: string, cause: string): Promise<{ peers: number; isWide: boolean }> {
    return this.incidents.crowdOf(sql, profileId, cause);
  }

  /** A mailbox is well again, or a person took it out: incidents that it was the last of close. */
  async mailboxLeft(sql: Sql, mailboxId: string, at: Date): Promise<void> {
    await this.leave(sql, mailboxId, null, at);
  }

  /** Something about a mailbox that works wants a person's look. */
  async noticed(sql: Sql, mailboxId: string, trouble: Trouble): Promise<void> {
    const { profileId, failure, at } = trouble;
    await this.open(sql, 'notice', trouble);
    await this.incidents.addMailbox(sql, { profileId, cause: failure.code }, mailboxId, at);
  }

  /** That is over for this mailbox; `cause` null: all of it, for the mailbox is looked after no more. */
  async noticeEnded(sql: Sql, mailboxId: string, cause: string | null, at: Date): Promise<void> {
    for (const incidentId of await this.incidents.removeFromNotices(sql, mailboxId, cause, at))
      await this.countOut(sql, incidentId, at);
  }

  async profileSuspended(sql: Sql, trouble: Trouble): Promise<void> {
    await this.open(sql, 'profile', trouble);
  }

  async profileResumed(sql: Sql, profileId: string, at: Date): Promise<void> {
    for (const closed of await this.incidents.closeOfProfile(sql, profileId, at))
      await this.tellClosed(sql, profileId, closed.id, closed.cause, at);
  }

  private async open(
    sql: Sql,
    scope: IncidentScope,
    { profileId, failure, at, firstFailureAt }: Trouble,
    mailboxId: string | null = null,
  ): Promise<void> {
    const { id, opened } = await this.incidents.openOrJoin(sql, {
      subject: { profileId },
      cause: failure.code,
      scope,
      suspends: scope === 'profile',
      failure,
      at,
      firstFailureAt: firstFailureAt ?? at,
      mailboxId,
    });
    if (opened) {
      await this.events.append(
        sql,
        [{ type: 'incident.opened', profileId, mailboxId: null, subjectId: id, data: { cause: failure.code, scope } }],
        at,
      );
    }
  }

  private async widenIfMost(
    sql: Sql,
    incidentId: string,
    stopped: number,
    { profileId, failure, at }: Trouble,
  ): Promise<void> {
    if (!isWidespread(stopped, await this.incidents.mailboxesAtWork(sql, profileId))) return;
    await this.incidents.widen(sql, incidentId, at);
    const data = { cause: failure.code, scope: 'profile', stopped };
    await this.events.append(
      sql,
      [{ type: 'incident.widened', profileId, mailboxId: null, subjectId: incidentId, data }],
      at,
    );
  }

  private async leave(sql: Sql, mailboxId: string, exceptCause: string | null, at: Date): Promise<void> {
    for (const incidentId of await this.incidents.removeMailbox(sql, mailboxId, exceptCause, at))
      await this.countOut(sql, incidentId, at);
  }

  private async countOut(sql: Sql, incidentId: string, at: Date): Promise<void> {
    const closed = await this.incidents.countOut(sql, incidentId, at);
    if (closed) await this.tellClosed(sql, closed.profileId, incidentId, closed.cause, at);
  }

  private async tellClosed(sql: Sql, profileId: string, incidentId: string, cause: string, at: Date): Promise<void> {
    await this.events.append(
      sql,
      [{ type: 'incident.closed', profileId, mailboxId: null, subjectId: incidentId, data: { cause } }],
      at,
    );
  }
}

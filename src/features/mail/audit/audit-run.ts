import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../../platform/clock/clock.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import { ownFailure, type StoredFailure } from '../../failures/failure.js';
import { Incidents } from '../../incidents/incidents.js';
import { MailServerError } from '../../../drivers/port/mail-error.js';
import { folderOrMailboxError, FolderUnreadable } from '../incoming/folder-attribution.js';
import { saysGone } from '../incoming/gone-folder.js';
import { listingCodes } from '../incoming/listing-error.js';
import { MessageItemsStore } from '../incoming/message-items.store.js';
import { WatchedFolders } from '../incoming/watched-folders.js';
import type { WatchedFolder } from '../../mailboxes/folder-choice.js';
import type { MailboxRun, RunResult } from '../../mailboxes/mailbox-run.js';
import { lanes } from '../../scheduling/work.js';
import { AuditMetrics } from './audit-metrics.js';
import { AuditsStore, type Audit } from './audits.store.js';
import { FolderAudit, type FolderAuditResult } from './folder-audit.js';

const hour = 60 * 60_000;
/** Between 22 and 26 hours, so that audits that fell together drift apart. */
const nextAudit = () => Math.round((22 + 4 * Math.random()) * hour);
/** Of a folder that is still being imported. */
const retryInMs = hour;

/** The cause of the incident that recurring differences open. */
const recurringDifference = 'AuditDifference';

/** Compares a mailbox with the server, puts right what differs, and says so when it goes on. */
@Injectable()
export class AuditRun {
  constructor(
    private readonly folders: FolderAudit,
    private readonly audits: AuditsStore,
    private readonly watched: WatchedFolders,
    private readonly items: MessageItemsStore,
    private readonly incidents: Incidents,
    private readonly metrics: AuditMetrics,
    private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async perform(run: MailboxRun): Promise<RunResult> {
    const results: FolderAuditResult[] = [];
    const requestedAt = await this.audits.requestedAt(run.mailbox.id);
    const watched = await this.watched.of(run);
    for (const folder of watched) {
      const asked = { isAlone: watched.length === 1, byPerson: requestedAt !== null };
      const result = await this.auditFolder(run, folder, asked);
      if (result) results.push(result);
    }
    if (results.length === 0) return { nextInMs: retryInMs, lane: lanes.patient, contacted: false };
    await run.commit((manager) => this.settle(manager, run, results, requestedAt), 'mailbox');
    for (const { audit } of results) {
      this.metrics.audited(audit);
      if (differs(audit))
        this.log.warn({ mailbox: run.mailbox.emailAddress, ...facts(audit) }, 'an audit put mail right');
    }
    return {
      nextInMs: results.length < watched.length ? retryInMs : nextAudit(),
      lane: lanes.patient,
      contacted: true,
    };
  }

  /** A folder that is gone, cannot be listed or fails alone is the polls’ business, and stops no audit of the others. */
  private async auditFolder(
    run: MailboxRun,
    folder: WatchedFolder,
    { isAlone, byPerson }: { readonly isAlone: boolean; readonly byPerson: boolean },
  ): Promise<FolderAuditResult | null> {
    try {
      return await this.folders.perform(run, folder, byPerson);
    } catch (error) {
      if (!(error instanceof MailServerError) || run.signal.aborted) throw error;
      if (saysGone(error) && folder.key !== 'inbox') return null;
      if (
        error.code === listingCodes.listing ||
        error.details.queryRefusal !== null ||
        error instanceof FolderUnreadable
      )
        return null;
      const attributed = isAlone ? error : await folderOrMailboxError(run, folder.key, error);
      if (attributed instanceof FolderUnreadable) return null;
      throw error;
    }
  }

  /** Heals what needs no fetching, and writes down what was found, in one transaction. */
  private async settle(
    manager: EntityManager,
    run: MailboxRun,
    results: readonly FolderAuditResult[],
    requestedAt: Date | null,
  ): Promise<void> {
    const mailboxId = run.mailbox.id;
    if (requestedAt) await this.audits.answerRequest(manager, mailboxId, requestedAt);
    for (const { audit, differences } of results) {
      await this.items.leave(manager, mailboxId, audit.folder, differences.surplus, audit.at);
      await this.audits.place(manager, mailboxId, audit.folder, differences.misplaced);
      await this.audits.insert(manager, audit);
    }
    const now = this.clock.now();
    const recurring = results.map(({ audit }) => audit).find((audit) => audit.recurring);
    if (recurring && (await this.audits.isLookedAfter(manager, mailboxId))) {
      const failure = failureOf(recurring, run.mailbox.emailAddress, now);
      await this.incidents.noticed(manager, mailboxId, { profileId: run.profile.id, failure, at: now });
    }
    if (results.every(({ audit }) => !differs(audit)))
      await this.incidents.noticeEnded(manager, mailboxId, recurringDifference, now);
  }
}

const differs = ({ missing, surplus, misplaced }: Audit): boolean => missing + surplus + misplaced > 0;

const facts = ({ folder, missing, surplus, misplaced }: Audit) => ({ folder, missing, surplus, misplaced });

function failureOf(audit: Audit, mailbox: string, at: Date): StoredFailure {
  const differences = `${audit.missing} missing, ${audit.surplus} gone from the folder, ${audit.misplaced} in another place; folder ${audit.folder}`;
  return ownFailure(
    {
      code: recurringDifference,
      operation: 'FindItem',
      during: 'incoming',
      message: `${mailbox}: ${differences}; ${audit.onServer} on the server, ${audit.stored} stored`,
      values: { differences },
    },
    at,
  );
}

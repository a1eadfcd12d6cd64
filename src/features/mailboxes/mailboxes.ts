import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../../platform/clock/clock.js';
import type { Settings } from '../../platform/config/settings.js';
import { defineProblem, Problem, problems } from '../../platform/http/problem.js';
import { fieldErrors } from '../../platform/http/validation.js';
import { SETTINGS } from '../../platform/tokens.js';
import { Incidents } from '../incidents/incidents.js';
import { isSameAddress } from '../profiles/profile.js';
import { PacingStore } from '../scheduling/pacing.store.js';
import { ServerPacingStore } from '../scheduling/server-pacing.store.js';
import { lanes } from '../scheduling/work.js';
import { WorkStore } from '../scheduling/work.store.js';
import { mailboxNotApproved } from './approvals.js';
import { OwnTestsStore } from './own-tests.store.js';
import { RemovalStore } from './removal.store.js';
import type { MailboxEvent } from './mailbox-state.js';
import { MailboxTransitions } from './mailbox-transitions.js';
import { newMailbox, type BatchResult, type MailboxPatch, type NewMailboxBody } from './mailboxes.schemas.js';
import { addressKey, MailboxesStore, type MailboxView, type NewMailbox } from './mailboxes.store.js';

export const mailboxExists = defineProblem({
  code: 'mailbox-exists',
  status: 409,
  title: 'The profile has a mailbox of this address already',
  retryable: false,
  remediation: 'Use the mailbox that is there; its id is in `detail`.',
});

export const mailboxPaused = defineProblem({
  code: 'mailbox-paused',
  status: 409,
  title: 'The mailbox is paused',
  retryable: false,
  remediation: 'Resume it first: POST /v1/mailboxes/{id}/resume.',
});

type Reach = readonly string[] | null;

/** What people do with mailboxes. */
@Injectable()
export class Mailboxes {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: MailboxesStore,
    private readonly removals: RemovalStore,
    private readonly work: WorkStore,
    private readonly pacing: PacingStore,
    private readonly servers: ServerPacingStore,
    private readonly transitions: MailboxTransitions,
    private readonly incidents: Incidents,
    private readonly ownTests: OwnTestsStore,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'requireMailboxApproval'>,
  ) {}

  /** @throws Problem not-found for a profile out of reach, mailbox-exists */
  async create(manager: EntityManager, body: NewMailboxBody, reach: Reach): Promise<string> {
    const { results } = await this.createMany(manager, [body], reach);
    const [row] = results;
    if (row?.result === 'created' && row.id) return row.id;
    if (row?.result === 'exists')
      throw new Problem(mailboxExists, `The mailbox ${row.id} has the address ${body.emailAddress}.`);
    throw new Problem(
      problems.invalidRequest,
      row?.errors?.map((error) => `${error.field}: ${error.message}`).join('; '),
      { errors: row?.errors },
    );
  }

  /**
   * Creates what can be created; every row has its own result, in the order of the request.
   * @param dryRun only tell, and write nothing
   */
  async createMany(
    manager: EntityManager,
    rows: readonly unknown[],
    reach: Reach,
    dryRun = false,
  ): Promise<BatchResult> {
    const parsed = rows.map((row) => newMailbox.safeParse(row));
    const bodies = parsed.flatMap((row) => (row.success ? [row.data] : []));
    const inReach = [...new Set(bodies.map((body) => body.profileId))].filter(
      (id) => reach === null || reach.includes(id),
    );
    const profiles = await this.store.existingProfiles(manager, inReach);

    const now = this.clock.now();
    const candidates = distinctByAddress(bodies.filter((body) => profiles.has(body.profileId)));
    const created = dryRun ? new Set<string>() : await this.insert(manager, candidates, now);
    const ids = await this.store.idsOf(manager, candidates);

    const shown = new Set<string>();
    const results = parsed.map((row, index): BatchResult['results'][number] => {
      if (!row.success) return { index, result: 'invalid', id: null, errors: fieldErrors(row.error.issues) };
      if (!profiles.has(row.data.profileId)) {
        return {
          index,
          result: 'invalid',
          id: null,
          errors: [{ field: 'profileId', message: 'there is no email server profile of this id' }],
        };
      }
      const key = addressKey(row.data.profileId, row.data.emailAddress);
      const id = ids.get(key) ?? null;
      // The same address twice in one request: the first row makes it, the others find it.
      const isNew = (id === null ? dryRun : created.has(id)) && !shown.has(id ?? key);
      shown.add(id ?? key);
      return { index, result: isNew ? 'created' : 'exists', id };
    });
    const count = (result: string) => results.filter((row) => row.result === result).length;
    return { results, created: count('created'), existing: count('exists'), invalid: count('invalid') };
  }

  /** @returns ids of those that were not there */
  private async insert(manager: EntityManager, bodies: readonly NewMailboxBody[], now: Date): Promise<Set<string>> {
    const mailboxes = bodies.map((body) => ({ ...body, id: uuidv7(), ...this.beginning(body, now) }));
    const created = await this.store.insert(manager, mailboxes, now);
    await this.work.create(manager, [...created], now);
    return created;
  }

  private beginning({ start }: NewMailboxBody, now: Date): Pick<NewMailbox, 'state' | 'approvedAt'> {
    const { requireMailboxApproval } = this.settings;
    const approvedAt = requireMailboxApproval ? null : now;
    return { approvedAt, state: requireMailboxApproval || start === 'after-test' ? 'paused' : 'active' };
  }

  /** @throws Problem not-found */
  async read(id: string, reach: Reach): Promise<MailboxView> {
    const mailbox = await this.store.find(id, reach, this.clock.now());
    if (!mailbox) throw new Problem(problems.notFound);
    return mailbox;
  }

  /**
   * @param by id of the caller, for the history
   * @throws Problem not-found, mailbox-exists
   */
  async patch(id: string, patch: MailboxPatch, reach: Reach, by: string): Promise<void> {
    const change = this.dataSource.transaction((manager) => this.change(manager, id, patch, reach, by));
    await change.catch((error: unknown) => {
      // Somebody else took the address between our look and our write.
      const { constraint } = error as { constraint?: unknown };
      throw constraint === 'mailboxes_address' ? new Problem(mailboxExists) : error;
    });
  }

  /** As `patch`, in the caller's transaction. @throws Problem not-found, mailbox-exists */
  async change(manager: EntityManager, id: string, patch: MailboxPatch, reach: Reach, by: string): Promise<void> {
    const mailbox = await this.store.lock(manager, id);
    if (!mailbox || (reach && !reach.includes(mailbox.profileId))) throw new Problem(problems.notFound);
    const now = this.clock.now();
    const { incoming = mailbox.incoming, outgoing = mailbox.outgoing } = patch;
    if (incoming !== mailbox.incoming || outgoing !== mailbox.outgoing) {
      await this.transitions.apply(manager, id, { type: 'directions-changed', incoming, outgoing }, null, { by });
      // Nobody compares a mailbox that receives nothing, so nothing would ever end what is said of it.
      if (!incoming) await this.incidents.noticeEnded(manager, id, null, now);
    }
    const details = {
      emailAddress: patch.emailAddress ?? mailbox.emailAddress,
      displayName: patch.displayName === undefined ? mailbox.displayName : patch.displayName,
      connectingSid: patch.connectingSid === undefined ? mailbox.connectingSid : patch.connectingSid,
      maxSendsPerMinute: patch.maxSendsPerMinute === undefined ? mailbox.maxSendsPerMinute : patch.maxSendsPerMinute,
    };
    await this.refuseTaken(manager, id, mailbox.profileId, details.emailAddress);
    await this.store.saveDetails(manager, id, details, now);
    // What waits for the limit is due when the old one allows it.
    if (details.maxSendsPerMinute !== mailbox.maxSendsPerMinute && outgoing && mailbox.state === 'active')
      await this.work.bringForward(manager, id, 'outgoing', now, lanes.asked);
    if (patch.filter && patch.filter !== mailbox.filter) await this.store.saveFilter(manager, id, patch.filter, now);
    if (patch.folders) {
      await this.store.chooseFolders(manager, id, patch.folders, now);
      await this.transitions.apply(manager, id, { type: 'sync-requested' }, null);
    }
    // Exchange tells names apart regardless of case, so another spelling is the same mailbox.
    const identityChanged =
      !isSameAddress(details.emailAddress, mailbox.emailAddress) ||
      !isSameAddress(details.connectingSid, mailbox.connectingSid);
    if (!identityChanged) return;
    // It may be another mailbox on the server now, whose folders have states of their own; a run under
    // way on the old one must not write its state over that.
    await this.work.revoke(manager, id);
    await this.store.forgetFolders(manager, id);
    // Somebody vouched for the old address only.
    if (this.settings.requireMailboxApproval)
      await this.transitions.apply(manager, id, { type: 'approval-withdrawn' }, null, { by });
    // Somebody just mended it: look at once rather than at the next probe.
    await this.transitions.apply(manager, id, { type: 'sync-requested' }, null);
  }

  private async refuseTaken(
    manager: EntityManager,
    id: string,
    profileId: string,
    emailAddress: string,
  ): Promise<void> {
    const taken = (await this.store.idsOf(manager, [{ profileId, emailAddress }])).get(
      addressKey(profileId, emailAddress),
    );
    if (taken !== undefined && taken !== id)
      throw new Problem(mailboxExists, `The mailbox ${taken} has the address ${emailAddress}.`);
  }

  /**
   * @param by id of the caller, for the history
   * @throws Problem not-found; mailbox-not-approved; mailbox-paused for a sync of a paused mailbox
   */
  async act(
    manager: EntityManager,
    id: string,
    event: Extract<MailboxEvent, { type: 'paused' | 'resumed' | 'sync-requested' }>,
    reach: Reach,
    by: string,
  ): Promise<void> {
    const mailbox = await this.transitions.apply(manager, id, event, null, { by });
    if (!mailbox || (reach && !reach.includes(mailbox.profileId))) throw new Problem(problems.notFound);
    if (event.type === 'paused') return;
    if (mailbox.approvedAt === null) throw new Problem(mailboxNotApproved);
    if (event.type !== 'sync-requested') return;
    if (mailbox.state === 'paused') throw new Problem(mailboxPaused);
    // "At once" is a person's wish, so it also goes before a wait that the profile is serving.
    await this.pacing.liftHold(manager, mailbox.profileId);
    await this.servers.liftHold(manager, mailbox.profileId);
  }

  /** Gone for callers at once; its messages are cleared away in small steps afterwards. */
  async remove(id: string, reach: Reach): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const mailbox = await this.transitions.apply(manager, id, { type: 'paused' }, null);
      if (!mailbox || (reach && !reach.includes(mailbox.profileId))) throw new Problem(problems.notFound);
      const now = this.clock.now();
      await this.store.markRemoved(manager, id, now);
      await this.incidents.noticeEnded(manager, id, null, now);
      await this.ownTests.cancelOf(manager, id, now);
      await this.removals.schedule(manager, id, mailbox.profileId, now, lanes.patient);
    });
  }
}

/**
 * The first row of each address, in one order for everybody: two requests with the same addresses then
 * wait for each other instead of locking each other out.
 */
function distinctByAddress(bodies: readonly NewMailboxBody[]): NewMailboxBody[] {
  const first = new Map<string, NewMailboxBody>();
  for (const body of bodies) {
    const key = addressKey(body.profileId, body.emailAddress);
    if (!first.has(key)) first.set(key, body);
  }
  return [...first].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, body]) => body);
}

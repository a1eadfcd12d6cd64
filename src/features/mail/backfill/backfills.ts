import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../../../platform/clock/clock.js';
import { defineProblem, Problem, problems } from '../../../platform/http/problem.js';
import type { FolderChoice } from '../../mailboxes/folder-choice.js';
import { MailboxTransitions } from '../../mailboxes/mailbox-transitions.js';
import { ProfilesStore } from '../../profiles/profiles.store.js';
import { WorkStore } from '../../scheduling/work.store.js';
import type { Backfill } from './backfill.js';
import type { NewBackfill } from './backfills.schemas.js';
import { BackfillsStore } from './backfills.store.js';

export const backfillActive = defineProblem({
  code: 'backfill-active',
  status: 409,
  title: 'A backfill of the mailbox is active',
  retryable: false,
  remediation: 'Wait until it ends, or cancel it: POST /v1/mailboxes/{id}/backfills/{backfillId}/cancel.',
});

export const backfillOver = defineProblem({
  code: 'backfill-over',
  status: 409,
  title: 'The backfill has ended',
  retryable: false,
  remediation: 'Read it again; its messages stay stored.',
});

type Reach = readonly string[] | null;

/** What people do with backfills. */
@Injectable()
export class Backfills {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: BackfillsStore,
    private readonly profiles: ProfilesStore,
    private readonly transitions: MailboxTransitions,
    private readonly work: WorkStore,
  ) {}

  /**
   * Accepts a backfill, also for a mailbox that stands still: it then waits.
   * @returns its id
   * @throws Problem not-found, invalid-request, backfill-active
   */
  async request(manager: EntityManager, mailboxId: string, wanted: NewBackfill, reach: Reach): Promise<string> {
    await this.work.add(manager, mailboxId, 'backfill');
    const mailbox = await this.transitions.apply(manager, mailboxId, { type: 'backfill-requested' }, null);
    if (!mailbox || (reach && !reach.includes(mailbox.profileId))) throw new Problem(problems.notFound);
    const profile = await this.profiles.find(manager, mailbox.profileId);
    if (!profile) throw new Problem(problems.notFound);
    const now = this.clock.now();
    const from = new Date(wanted.from);
    const to = wanted.to === undefined ? profile.processEmailsFrom : new Date(wanted.to);
    refuseRange(from, to, wanted.to !== undefined, now);
    const id = uuidv7();
    const folders = wanted.folders ?? null;
    refuseUnwatched(folders ?? [], mailbox.folders);
    if (!(await this.store.insert(manager, { id, mailboxId, from, to, folders }, now))) {
      const active = await this.store.active(mailboxId, manager);
      throw new Problem(backfillActive, active ? `The backfill ${active.id} is active.` : undefined);
    }
    return id;
  }

  /** A page that is just being read is finished. @throws Problem not-found, backfill-over */
  async cancel(manager: EntityManager, mailboxId: string, id: string, reach: Reach): Promise<void> {
    const backfill = await this.store.find(manager, mailboxId, id, reach);
    if (!backfill) throw new Problem(problems.notFound);
    if (!(await this.store.end(manager, id, 'cancelled', this.clock.now())))
      throw new Problem(backfillOver, `The backfill is ${backfill.state}.`);
  }

  /** @throws Problem not-found */
  async read(mailboxId: string, id: string, reach: Reach): Promise<Backfill> {
    const backfill = await this.store.find(this.dataSource, mailboxId, id, reach);
    if (!backfill) throw new Problem(problems.notFound);
    return backfill;
  }
}

/** Mail of folders that nobody syncs would be stored once and then never followed. */
function refuseUnwatched(paths: readonly string[], choices: readonly FolderChoice[]): void {
  const within = (path: string, folder: string) => path.toLowerCase().startsWith(`${folder.toLowerCase()}/`);
  const isWatched = (path: string) =>
    choices.some(
      (choice) =>
        choice.path.toLowerCase() === path.toLowerCase() ||
        (choice.subfolders && within(path, choice.path)) ||
        within(choice.path, path),
    );
  const index = paths.findIndex((path) => !isWatched(path));
  if (index >= 0) refuse(`folders.${index}`, 'is not among the folders of the mailbox that are synced');
}

function refuse(field: string, message: string): never {
  throw new Problem(problems.invalidRequest, `${field}: ${message}`, { errors: [{ field, message }] });
}

function refuseRange(from: Date, to: Date, isToGiven: boolean, now: Date): void {
  if (from >= now) refuse('from', 'must be in the past');
  if (isToGiven && to > now) refuse('to', 'must not be in the future');
  if (isToGiven && to <= from) refuse('to', 'must be later than from');
  if (to <= from) refuse('from', 'must be earlier than the profile’s processEmailsFrom: later mail comes by itself');
}

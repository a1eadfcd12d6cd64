import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { Clock } from '../../platform/clock/clock.js';
import { defineProblem, Problem, problems } from '../../platform/http/problem.js';
import { SecretBox } from '../../platform/secrets/secret-box.js';
import { changedMailSettings, defaultMailSettings } from './mail-settings.js';
import { changesConnection, changesRecipients, secretOwner, type Profile } from './profile.js';
import { ProfileListener } from './profile-listener.js';
import { addressRemediation, ServerAddressRules, type AddressSetter } from './server-address-rules.js';
import { ProfilesStore, type PacedProfile } from './profiles.store.js';
import type { NewProfile, ProfilePatch } from './profiles.schemas.js';

export const versionConflict = defineProblem({
  code: 'version-conflict',
  status: 409,
  title: 'The resource has changed in the meantime',
  retryable: false,
  remediation: 'Read the resource again, and send the change with its present version.',
});

export const profileInUse = defineProblem({
  code: 'profile-in-use',
  status: 409,
  title: 'Mailboxes use the profile',
  retryable: false,
  remediation: 'Delete the mailboxes of the profile, or move them to another one, and then delete the profile.',
});

export const profileBeingCleared = defineProblem({
  code: 'profile-being-cleared',
  status: 409,
  title: 'The mail of removed mailboxes is still being cleared away',
  retryable: true,
  remediation: 'Nothing uses the profile any more; delete it again in a few minutes.',
});

const clearingRetrySeconds = 60;

/** Making, changing and removing email server profiles. */
@Injectable()
export class Profiles {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly secrets: SecretBox,
    private readonly store: ProfilesStore,
    private readonly addresses: ServerAddressRules,
    private readonly modules: ModuleRef,
  ) {}

  /** Only administrators create profiles. @throws Problem invalid-request */
  async create(manager: EntityManager, wanted: NewProfile): Promise<PacedProfile> {
    this.refuseAddress(wanted.ewsUrl, 'administrator');
    const now = this.clock.now();
    const id = uuid();
    const { auth, processEmailsFrom, ...settings } = wanted;
    await this.store.insert(manager, {
      ...settings,
      ...changedMailSettings(defaultMailSettings, wanted),
      id,
      addressSetBy: 'administrator',
      auth: { type: auth.type, username: auth.username },
      sealedSecret: this.secrets.seal(auth.password, secretOwner(id)),
      processEmailsFrom: processEmailsFrom === undefined ? now : new Date(processEmailsFrom),
      version: 1,
      createdAt: now,
      updatedAt: now,
    });
    return this.read(manager, id);
  }

  /**
   * Changes what the patch names, as one step even beside other changes.
   * @param version change only this version; null: whichever is there
   * @param by who changes it, for whose addresses the rules differ
   * @throws Problem not-found, version-conflict, invalid-request
   */
  async patch(
    id: string,
    patch: Omit<ProfilePatch, 'version'>,
    version: number | null,
    by: AddressSetter,
  ): Promise<PacedProfile> {
    return this.dataSource.transaction(async (manager) => {
      const before = await this.store.lock(manager, id);
      if (!before) throw new Problem(problems.notFound);
      if (version !== null && version !== before.version)
        throw new Problem(versionConflict, `this is version ${before.version}, not ${version}`);
      if (Object.values(patch).some((value) => value !== undefined)) await this.change(manager, before, patch, by);
      return this.read(manager, id);
    });
  }

  private async change(
    manager: EntityManager,
    before: Profile,
    patch: Omit<ProfilePatch, 'version'>,
    by: AddressSetter,
  ): Promise<void> {
    const { auth, processEmailsFrom, ...settings } = patch;
    const addressSetBy = setterAfter(before, patch.ewsUrl, by);
    if (patch.ewsUrl !== undefined) this.refuseAddress(patch.ewsUrl, addressSetBy);
    refuseToCarryPassword(before, patch);
    const after: Profile = {
      ...before,
      ...settings,
      ...changedMailSettings(before, patch),
      addressSetBy,
      auth: { type: 'basic', username: auth?.username ?? before.auth.username },
      sealedSecret:
        auth?.password === undefined ? before.sealedSecret : this.secrets.seal(auth.password, secretOwner(before.id)),
      processEmailsFrom: processEmailsFrom === undefined ? before.processEmailsFrom : new Date(processEmailsFrom),
      version: before.version + 1,
      updatedAt: this.clock.now(),
    };
    await this.store.update(manager, after);
    if (changesRecipients(before, after)) await this.listener()?.recipientsChanged(manager, before.id);
    // A password given again counts as changed: somebody just mended something, perhaps on the server.
    if (auth?.password === undefined && !changesConnection(before, after)) return;
    await this.store.liftHold(manager, before.id);
    await this.listener()?.connectionChanged(manager, before.id);
  }

  /** @throws Problem not-found, profile-in-use, profile-being-cleared */
  async remove(id: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      if (!(await this.store.lockForRemoval(manager, id))) throw new Problem(problems.notFound);
      const { mailboxes, leftovers } = await this.store.uses(manager, id);
      if (mailboxes > 0)
        throw new Problem(
          profileInUse,
          `${mailboxes} ${mailboxes === 1 ? 'mailbox uses' : 'mailboxes use'} this profile; delete ${mailboxes === 1 ? 'it' : 'them'} first`,
        );
      if (leftovers) throw new Problem(profileBeingCleared, undefined, { retryAfterSeconds: clearingRetrySeconds });
      await this.store.remove(manager, id);
      await this.listener()?.removed(manager);
    });
  }

  /** Checks literal addresses only. Host names are checked when they are resolved, for each connection. */
  private refuseAddress(ewsUrl: string, by: AddressSetter): void {
    const message = this.addresses.troubleOf(ewsUrl, by);
    if (message === null) return;
    throw new Problem(problems.invalidRequest, `ewsUrl: ${message}`, {
      errors: [{ field: 'ewsUrl', message }],
      remediation: addressRemediation,
    });
  }

  private async read(manager: EntityManager, id: string): Promise<PacedProfile> {
    const found = await this.store.findPaced(manager, id, this.clock.now());
    if (!found) throw new Error(`profile ${id} has no pacing`);
    return found;
  }

  /** Looked up rather than injected: the listener's module stands on this one, and may be absent. */
  private listener(): ProfileListener | null {
    try {
      return this.modules.get(ProfileListener, { strict: false });
    } catch {
      return null;
    }
  }
}

/** An owner who sends the same address does not change who set it; an administrator who does so approves it. */
function setterAfter(before: Profile, ewsUrl: string | undefined, by: AddressSetter): AddressSetter {
  if (ewsUrl === undefined || (by === 'owner' && ewsUrl === before.ewsUrl)) return before.addressSetBy;
  return by;
}

/**
 * The stored password goes to no other server than it was given for: whoever may change a profile could
 * otherwise have it sent to a server of their own, and read it there.
 */
function refuseToCarryPassword(before: Profile, { ewsUrl, auth }: Omit<ProfilePatch, 'version'>): void {
  if (ewsUrl === undefined || auth?.password !== undefined) return;
  if (new URL(ewsUrl).origin === new URL(before.ewsUrl).origin) return;
  const errors = [{ field: 'auth.password', message: 'must be given again when ewsUrl names another server' }];
  throw new Problem(problems.invalidRequest, 'auth.password: must be given again when ewsUrl names another server', {
    errors,
  });
}

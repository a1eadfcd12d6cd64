import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { Clock } from '../../../platform/clock/clock.js';
import type { Settings } from '../../../platform/config/settings.js';
import { storableText } from '../../../platform/database/storable-text.js';
import { emailAddress } from '../../../platform/http/validation.js';
import { SETTINGS } from '../../../platform/tokens.js';
import { KnownNetworks } from '../sign-in/known-networks.js';
import { Sessions, type BegunSession } from '../sign-in/sessions.js';
import { SignInLinks } from '../sign-in/sign-in-links.js';
import { SignInsStore } from '../sign-in/sign-ins.store.js';
import { UsersStore } from '../users/users.store.js';
import type { OidcDetails, OidcPerson } from './oidc-provider.js';
import { OidcRefusal } from './oidc-refusal.js';
import { SingleSignOnStore, type KnownPerson } from './single-sign-on.store.js';

/** Finds the user that a provider speaks of, and begins the session. */
@Injectable()
export class OidcSignIn {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: SingleSignOnStore,
    private readonly users: UsersStore,
    private readonly signIns: SignInsStore,
    private readonly links: SignInLinks,
    private readonly sessions: Sessions,
    private readonly networks: KnownNetworks,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * A user is known by issuer and subject; the first time by a verified e-mail address.
   * @param from the client's address
   * @param ask for details, when the person is not known by the subject
   * @throws OidcRefusal
   */
  async signIn(person: OidcPerson, from: string, ask: () => Promise<OidcDetails>): Promise<BegunSession> {
    const asIs = await this.dataSource.transaction(async (manager) => {
      const known = await this.store.lockBySubject(manager, person);
      return known && this.begin(manager, known, from);
    });
    // The provider is asked outside of a transaction.
    const begun = asIs ?? (await this.firstTime(person, from, await ask()));
    await this.links.afterSignIn(begun);
    return begun;
  }

  private async firstTime(
    person: OidcPerson,
    from: string,
    { verifiedEmail, name }: OidcDetails,
  ): Promise<BegunSession> {
    const email = emailAddress.safeParse(verifiedEmail);
    if (!email.success) throw new OidcRefusal('email-not-verified', 'no verified e-mail address');
    return this.dataSource.transaction(async (manager) => {
      await this.store.takeTurn(manager, person);
      // Somebody who clicked twice is known by now.
      const known = await this.store.lockBySubject(manager, person);
      if (known) return this.begin(manager, known, from);
      const found =
        (await this.store.lockByEmail(manager, email.data)) ?? (await this.newcomer(manager, email.data, name));
      const isAnother = found.subject !== null && (found.subject !== person.subject || found.issuer !== person.issuer);
      if (isAnother) throw new OidcRefusal('unknown-person', 'the e-mail address belongs to another subject');
      if (found.subject === null && !found.isDisabled) await this.store.link(manager, found.id, person);
      return this.begin(manager, found, from);
    });
  }

  /** Sees nothing until somebody gives a profile. */
  private async newcomer(manager: EntityManager, email: string, name: string | null): Promise<KnownPerson> {
    const role = this.settings.oidc?.defaultRole ?? null;
    if (role === null) throw new OidcRefusal('unknown-person', 'nobody has invited the e-mail address');
    const id = uuid();
    const createdAt = this.clock.now();
    const user = { id, email, name: storableText(name ?? email), role, profileIds: [], createdAt };
    if (!(await this.users.insert(manager, user))) throw new OidcRefusal('sign-in-expired', 'two at once');
    return { id, issuer: null, subject: null, isDisabled: false };
  }

  private async begin(manager: EntityManager, { id, isDisabled }: KnownPerson, from: string): Promise<BegunSession> {
    if (isDisabled) throw new OidcRefusal('user-disabled', id);
    await this.signIns.noteSignIn(manager, id, this.clock.now());
    await this.networks.note(manager, id, from);
    const user = await this.users.find(manager, id);
    if (!user) throw new OidcRefusal('unknown-person', 'deleted meanwhile');
    return this.sessions.begin(manager, user, 'oidc');
  }
}

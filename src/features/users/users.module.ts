import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.js';
import { FirstAdminLink } from './first-admin-link.js';
import { GuessDelaysStore } from './guess-delays.store.js';
import { GuessLimits } from './guess-limits.js';
import { KnownNetworks } from './known-networks.js';
import { KnownNetworksStore } from './known-networks.store.js';
import { Members } from './members.js';
import { ProfileMembersController } from './members.controller.js';
import { MembershipsStore } from './memberships.store.js';
import { OidcController } from './oidc/oidc.controller.js';
import { OidcJourneys } from './oidc/oidc-journey.js';
import { OidcProvider } from './oidc/oidc-provider.js';
import { OidcSignIn } from './oidc/oidc-sign-in.js';
import { SingleSignOnStore } from './oidc/single-sign-on.store.js';
import { PasswordChange } from './password-change.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordSignIn } from './password-sign-in.js';
import { SessionController } from './session.controller.js';
import { Sessions } from './sessions.js';
import { SignInAttemptsStore } from './sign-in-attempts.store.js';
import { SignInLimits } from './sign-in-limits.js';
import { SignInLinks } from './sign-in-links.js';
import { SignInLinksController } from './sign-in-links.controller.js';
import { SignInLinksStore } from './sign-in-links.store.js';
import { SignInMetrics } from './sign-in-metrics.js';
import { SignInUpkeep } from './sign-in-upkeep.js';
import { SignInsStore } from './sign-ins.store.js';
import { UsersController } from './users.controller.js';
import { Users } from './users.js';
import { UsersStore } from './users.store.js';

/** People: who they are, what they may see, and how they sign in. */
@Module({
  imports: [AccessModule],
  controllers: [SessionController, SignInLinksController, OidcController, UsersController, ProfileMembersController],
  providers: [
    FirstAdminLink,
    GuessDelaysStore,
    GuessLimits,
    KnownNetworks,
    KnownNetworksStore,
    Members,
    MembershipsStore,
    OidcJourneys,
    OidcProvider,
    OidcSignIn,
    SingleSignOnStore,
    PasswordChange,
    PasswordHasher,
    PasswordSignIn,
    Sessions,
    SignInAttemptsStore,
    SignInLimits,
    SignInLinks,
    SignInLinksStore,
    SignInMetrics,
    SignInUpkeep,
    SignInsStore,
    Users,
    UsersStore,
  ],
  exports: [FirstAdminLink, SignInUpkeep],
})
export class UsersModule {}

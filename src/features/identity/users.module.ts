import { Module } from '@nestjs/common';
import { AccessModule } from './access.module.js';
import { FirstAdminLink } from './users/first-admin-link.js';
import { GuessDelaysStore } from './sign-in/guess-delays.store.js';
import { GuessLimits } from './sign-in/guess-limits.js';
import { KnownNetworks } from './sign-in/known-networks.js';
import { KnownNetworksStore } from './sign-in/known-networks.store.js';
import { Members } from './users/members.js';
import { ProfileMembersController } from './users/members.controller.js';
import { MembershipsStore } from './users/memberships.store.js';
import { OidcController } from './oidc/oidc.controller.js';
import { OidcJourneys } from './oidc/oidc-journey.js';
import { OidcProvider } from './oidc/oidc-provider.js';
import { OidcSignIn } from './oidc/oidc-sign-in.js';
import { SingleSignOnStore } from './oidc/single-sign-on.store.js';
import { PasswordChange } from './sign-in/password-change.js';
import { PasswordHasher } from './sign-in/password-hasher.js';
import { PasswordSignIn } from './sign-in/password-sign-in.js';
import { SessionController } from './sign-in/session.controller.js';
import { Sessions } from './sign-in/sessions.js';
import { SignInAttemptsStore } from './sign-in/sign-in-attempts.store.js';
import { SignInLimits } from './sign-in/sign-in-limits.js';
import { SignInLinks } from './sign-in/sign-in-links.js';
import { SignInLinksController } from './sign-in/sign-in-links.controller.js';
import { SignInLinksStore } from './sign-in/sign-in-links.store.js';
import { SignInMetrics } from './sign-in/sign-in-metrics.js';
import { SignInUpkeep } from './sign-in/sign-in-upkeep.js';
import { SignInsStore } from './sign-in/sign-ins.store.js';
import { UsersController } from './users/users.controller.js';
import { Users } from './users/users.js';
import { UsersStore } from './users/users.store.js';

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

import { Module } from '@nestjs/common';
import type { Settings } from '../../platform/config/settings.js';
import { SETTINGS } from '../../platform/tokens.js';
import { EwsMetrics } from './ews-metrics.js';
import { ExchangeProbes, ExchangeServerFactory } from './exchange-server-factory.js';
import { MailServerFactory } from './mail-server-factory.js';
import { ProfileConnections } from './profile-connections.js';
import { EmailServerProfilesController } from './profiles.controller.js';
import { Profiles } from './profiles.js';
import { ProfileNamesStore } from './profile-names.store.js';
import { ProfilesStore } from './profiles.store.js';
import { ServerAddressRules } from './server-address-rules.js';
import { ServerProbes } from './server-probes.js';

/** Email server profiles, and the connections to their servers. */
@Module({
  controllers: [EmailServerProfilesController],
  providers: [
    ProfilesStore,
    ProfileNamesStore,
    Profiles,
    ProfileConnections,
    EwsMetrics,
    {
      provide: ServerAddressRules,
      inject: [SETTINGS],
      useFactory: ({ privateServersFor }: Settings) => new ServerAddressRules(privateServersFor),
    },
    { provide: MailServerFactory, useClass: ExchangeServerFactory },
    { provide: ServerProbes, useClass: ExchangeProbes },
  ],
  exports: [ProfilesStore, ProfileNamesStore, ProfileConnections, ServerProbes],
})
export class ProfilesModule {}

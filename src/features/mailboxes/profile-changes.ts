import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import { ServerIncidents } from '../incidents/server-incidents.js';
import { NotificationPlanStore } from '../notifications/notification-plan.store.js';
import { ProfileListener } from '../profiles/profile-listener.js';
import { ProfileDoubtsStore } from '../scheduling/profile-doubts.store.js';
import { ServerPacingStore } from '../scheduling/server-pacing.store.js';
import { StoppedMailboxesStore } from './stopped-mailboxes.store.js';

/** A corrected profile is tried at once by mailboxes that had stopped, rather than at their next probe, and people who are new to it are told. */
@Injectable()
export class ProfileChanges extends ProfileListener {
  constructor(
    private readonly stopped: StoppedMailboxesStore,
    private readonly servers: ServerPacingStore,
    private readonly doubts: ProfileDoubtsStore,
    private readonly plans: NotificationPlanStore,
    private readonly serverIncidents: ServerIncidents,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async connectionChanged(manager: EntityManager, profileId: string): Promise<void> {
    await this.servers.liftHold(manager, profileId);
    await this.forgetServers(manager, profileId);
    await this.doubts.bringBack(manager, profileId, this.clock.now());
    await this.stopped.probeSomeOfProfile(manager, profileId, this.clock.now());
  }

  override async removed(manager: EntityManager): Promise<void> {
    await this.forgetServers(manager, null);
  }

  override async recipientsChanged(manager: EntityManager, profileId: string): Promise<void> {
    await this.plans.recipientsChanged(manager, profileId, this.clock.now());
  }

  private async forgetServers(manager: EntityManager, profileId: string | null): Promise<void> {
    await this.servers.forgetUnused(manager);
    await this.serverIncidents.forgotten(manager, profileId, this.clock.now());
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import { ProfileListener } from '../profiles/profile-listener.js';
import { MailboxesStore } from './mailboxes.store.js';

/** A corrected profile is tried at once by the mailboxes that had stopped, rather than at their next probe. */
@Injectable()
export class ProfileChanges extends ProfileListener {
  constructor(
    private readonly mailboxes: MailboxesStore,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async connectionChanged(manager: EntityManager, profileId: string): Promise<void> {
    await this.mailboxes.probeFailed(manager, profileId, this.clock.now());
  }
}

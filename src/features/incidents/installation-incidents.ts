import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import type { StorageTrouble } from '../../platform/database/storage-health.js';
import type { Sql } from '../../platform/database/data-source.js';
import type { EventType } from '../feed/event.js';
import { EventsStore } from '../feed/events.store.js';
import { IncidentsStore } from './incidents.store.js';
import { storageCodes, type StorageFailure } from './storage-explanation.js';

const subject = { installation: 'storage' } as const;

/**
 * Incidents about the installation itself, for callers without a limit to profiles. No mail is sent, because a
 * notification needs a row too. Operators see the problem in the health checks and metrics, which need no database
 * write.
 */
@Injectable()
export class InstallationIncidents {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly incidents: IncidentsStore,
    private readonly events: EventsStore,
  ) {}

  /** Opens the incident, or records that it continues. Fails if even this cannot be stored. */
  async cannotStore({ cause, since }: StorageTrouble): Promise<void> {
    const at = this.clock.now();
    const failure: StorageFailure = { code: storageCodes[cause], at: at.toISOString() };
    await this.dataSource.transaction(async (manager) => {
      const { id, opened } = await this.incidents.openOrJoin(manager, {
        subject,
        cause: failure.code,
        scope: 'installation',
        failure,
        at,
        firstFailureAt: since,
      });
      if (opened) await this.tell(manager, 'incident.opened', id, { cause: failure.code, scope: 'installation' }, at);
    });
  }

  /** @returns whether one is open, whichever process opened it */
  async isOpen(): Promise<boolean> {
    return this.incidents.hasOpenOfInstallation(this.dataSource, subject.installation);
  }

  async canStore(): Promise<void> {
    const at = this.clock.now();
    await this.dataSource.transaction(async (manager) => {
      for (const { id, cause } of await this.incidents.closeOfInstallation(manager, subject.installation, at))
        await this.tell(manager, 'incident.closed', id, { cause }, at);
    });
  }

  private async tell(
    sql: Sql,
    type: EventType,
    subjectId: string,
    data: Readonly<Record<string, string>>,
    at: Date,
  ): Promise<void> {
    await this.events.append(
      sql,
      [{ type, profileId: null, mailboxId: null, subjectId, data: { ...data, ...subject } }],
      at,
    );
  }
}

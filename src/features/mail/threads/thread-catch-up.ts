import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../../platform/clock/clock.js';
import { Recurring } from '../../../platform/clock/recurring.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import { ProfilesStore } from '../../profiles/profiles.store.js';
import { catchUpKinds, ThreadCatchUpStore, type CatchUpKind } from './thread-catch-up.store.js';
import { Threading } from './threading.js';

const step = 100;

/**
 * Puts messages into threads that were stored before there were any, in small steps beside the work:
 * doing it in the migration would hold up everybody for as long as there is mail. What was sent comes
 * first, so that answers to it are known as such.
 */
@Injectable()
export class ThreadCatchUp implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: Recurring;

  constructor(
    private readonly dataSource: DataSource,
    private readonly store: ThreadCatchUpStore,
    private readonly profiles: ProfilesStore,
    private readonly threading: Threading,
    private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.loop = new Recurring({ name: 'thread-catch-up', everyMs: 10 * 60_000, run: () => this.step() }, log);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** @returns whether there is more to do at once */
  async step(): Promise<boolean> {
    for (const kind of catchUpKinds) if (await this.stepOf(kind)) return true;
    return false;
  }

  private stepOf(kind: CatchUpKind): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const after = await this.store.claim(manager, kind);
      if (after === null) return false;
      const found = await this.store.next(manager, kind, after, step);
      const profileId = found[0]?.profileId;
      // Of one profile at a time, for threading takes its locks once in a transaction.
      const end = found.findIndex((message) => message.profileId !== profileId);
      const messages = end < 0 ? found : found.slice(0, end);
      const now = this.clock.now();
      const profile = profileId === undefined ? null : await this.profiles.find(manager, profileId);
      if (profile) await this.threading.join(manager, profile, messages, now);
      const isDone = end < 0 && found.length < step;
      await this.store.advance(manager, kind, messages.at(-1)?.id ?? after, isDone ? now : null);
      return !isDone;
    });
  }
}

import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../../../platform/clock/clock.js';
import { Recurring } from '../../../platform/clock/recurring.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import { SearchCatchUpStore, searchKinds, type SearchKind } from './search-catch-up.store.js';
import { SearchWordsStore } from './search-words.store.js';

const step = 500;
const lowest = '00000000-0000-0000-0000-000000000000';
/** So long processes of the version before may go on storing messages without words. */
const rollingMs = 24 * 60 * 60_000;
/** Ids tell the time of their making; clocks differ, and a transaction takes its time. */
const leewayMs = 60 * 60_000;

/**
 * Gives words to messages that were stored before there was a search, in small steps beside the work and the
 * newest first: doing it in the migration would hold up everybody for as long as there is mail.
 */
@Injectable()
export class SearchCatchUp implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: Recurring;

  constructor(
    private readonly dataSource: DataSource,
    private readonly store: SearchCatchUpStore,
    private readonly words: SearchWordsStore,
    private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.loop = new Recurring({ name: 'search-catch-up', everyMs: 10 * 60_000, run: () => this.step() }, log);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** @returns whether there is more to do at once */
  async step(): Promise<boolean> {
    for (const kind of searchKinds)
      if (await this.dataSource.transaction((manager) => this.stepOf(manager, kind))) return true;
    return false;
  }

  private async stepOf(manager: EntityManager, kind: SearchKind): Promise<boolean> {
    const walk = await this.store.claim(manager, kind);
    if (!walk) return false;
    const above = walk.walkedAt === null ? lowest : firstIdAt(walk.begunAt.getTime() - leewayMs);
    const found = await this.store.next(manager, kind, { below: walk.reached, above }, step);
    await (kind === 'incoming' ? this.words.addReceived(manager, found) : this.words.addOutgoing(manager, found));
    const last = found.at(-1);
    if (found.length === step && last) {
      await this.store.advance(manager, kind, last.id);
      return true;
    }
    const now = this.clock.now();
    const isDone = walk.walkedAt !== null && now.getTime() > walk.begunAt.getTime() + rollingMs;
    await this.store.endWalk(manager, kind, now, isDone);
    return false;
  }
}

/** Below every id of version 7 that is made from this time on. */
function firstIdAt(ms: number): string {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

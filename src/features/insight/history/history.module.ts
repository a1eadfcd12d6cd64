import { Module } from '@nestjs/common';
import { HistoryUpkeepStore } from './history-upkeep.store.js';
import { HistoryStore } from './history.store.js';

/** What happened to each mailbox, as it is written down. The feature `timeline` reads it. */
@Module({
  providers: [HistoryStore, HistoryUpkeepStore],
  exports: [HistoryStore, HistoryUpkeepStore],
})
export class HistoryModule {}

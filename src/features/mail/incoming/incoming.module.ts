import { Module } from '@nestjs/common';
import { FeedModule } from '../../feed/feed.module.js';
import { DeliveryReportsModule } from '../delivery-reports/delivery-reports.module.js';
import { IncidentsModule } from '../../incidents/incidents.module.js';
import { MailboxesModule } from '../../mailboxes/mailboxes.module.js';
import { AddressBookModule } from '../address-book/address-book.module.js';
import { SearchModule } from '../search/search.module.js';
import { ThreadsModule } from '../threads/threads.module.js';
import { FilteredItemsStore } from './filtered-items.store.js';
import { ChangeFollow } from './change-follow.js';
import { DateImport } from './date-import.js';
import { FolderSync } from './folder-sync.js';
import { FolderTroubles } from './folder-troubles.js';
import { FoldersStore } from './folders.store.js';
import { IncomingMetrics } from './incoming-metrics.js';
import { IncomingRun } from './incoming-run.js';
import { IncomingStore } from './incoming.store.js';
import { ItemFailuresController } from './item-failures.controller.js';
import { ItemFailuresStore } from './item-failures.store.js';
import { ExchangeNames } from './exchange-names.js';
import { ItemReader } from './item-reader.js';
import { ItemReadingsStore } from './item-readings.store.js';
import { ItemTroubles } from './item-troubles.js';
import { UnreadableNotices } from './unreadable-notices.js';
import { ItemIntake } from './item-intake.js';
import { ItemScreening } from './item-screening.js';
import { MarkedReading } from './marked-reading.js';
import { MessageChanges } from './message-changes.js';
import { MessageItemsStore } from './message-items.store.js';
import { MessageRevisionsStore } from './message-revisions.store.js';
import { WatchedFolders } from './watched-folders.js';
import { MessageStorage } from './message-storage.js';
import { MessagesController } from './messages.controller.js';
import { MessageSearchStore } from './message-search.store.js';
import { MessagesStore } from './messages.store.js';

/** Received mail: how it comes in, and how it is shown. */
@Module({
  imports: [
    MailboxesModule,
    IncidentsModule,
    FeedModule,
    DeliveryReportsModule,
    ThreadsModule,
    AddressBookModule,
    SearchModule,
  ],
  controllers: [MessagesController, ItemFailuresController],
  providers: [
    FilteredItemsStore,
    ItemScreening,
    MessagesStore,
    MessageSearchStore,
    ItemFailuresStore,
    IncomingStore,
    FoldersStore,
    IncomingMetrics,
    ExchangeNames,
    ItemReader,
    ItemReadingsStore,
    MarkedReading,
    ItemTroubles,
    UnreadableNotices,
    ItemIntake,
    DateImport,
    ChangeFollow,
    FolderSync,
    FolderTroubles,
    IncomingRun,
    WatchedFolders,
    MessageChanges,
    MessageItemsStore,
    MessageRevisionsStore,
    MessageStorage,
  ],
  exports: [IncomingRun, WatchedFolders, FoldersStore, MessageItemsStore, ItemFailuresStore, ItemTroubles, ItemIntake],
})
export class IncomingModule {}

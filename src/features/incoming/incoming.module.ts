import { Module } from '@nestjs/common';
import { DeliveriesModule } from '../deliveries/deliveries.module.js';
import { DeliveryReportsModule } from '../delivery-reports/delivery-reports.module.js';
import { MailboxesModule } from '../mailboxes/mailboxes.module.js';
import { AddressBookModule } from '../address-book/address-book.module.js';
import { SearchModule } from '../search/search.module.js';
import { ThreadsModule } from '../threads/threads.module.js';
import { FilteredItemsStore } from './filtered-items.store.js';
import { FolderSync } from './folder-sync.js';
import { FoldersStore } from './folders.store.js';
import { IncomingMetrics } from './incoming-metrics.js';
import { IncomingStore } from './incoming.store.js';
import { ItemFailuresController } from './item-failures.controller.js';
import { ItemFailuresStore } from './item-failures.store.js';
import { ItemIntake } from './item-intake.js';
import { ItemScreening } from './item-screening.js';
import { MessageChanges } from './message-changes.js';
import { MessageItemsStore } from './message-items.store.js';
import { WatchedFolders } from './watched-folders.js';
import { MessagesController } from './messages.controller.js';
import { MessageSearchStore } from './message-search.store.js';
import { MessagesStore } from './messages.store.js';

/** Received mail: how it comes in, and how it is shown. */
@Module({
  imports: [MailboxesModule, DeliveriesModule, DeliveryReportsModule, ThreadsModule, AddressBookModule, SearchModule],
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
    ItemIntake,
    FolderSync,
    WatchedFolders,
    MessageChanges,
    MessageItemsStore,
  ],
  exports: [FolderSync, WatchedFolders, MessageChanges, MessageItemsStore, ItemFailuresStore, ItemIntake],
})
export class IncomingModule {}

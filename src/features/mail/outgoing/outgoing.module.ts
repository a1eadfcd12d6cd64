import { Module } from '@nestjs/common';
import { FeedModule } from '../../feed/feed.module.js';
import { DeliveryReportsModule } from '../delivery-reports/delivery-reports.module.js';
import { MailboxesModule } from '../../mailboxes/mailboxes.module.js';
import { SearchModule } from '../search/search.module.js';
import { ThreadsModule } from '../threads/threads.module.js';
import { ProfilesModule } from '../../profiles/profiles.module.js';
import { SchedulingModule } from '../../scheduling/scheduling.module.js';
import { DraftWithdrawal } from './draft-withdrawal.js';
import { MessageComposition } from './message-composition.js';
import { MessageSender } from './message-sender.js';
import { OriginalMessagesStore } from './original-messages.store.js';
import { OutgoingMessages } from './outgoing-messages.js';
import { OutgoingMetrics } from './outgoing-metrics.js';
import { OutgoingRun } from './outgoing-run.js';
import { OutgoingThreads } from './outgoing-threads.js';
import { OutgoingViewsStore } from './outgoing-views.store.js';
import { OutgoingMessagesController } from './outgoing.controller.js';
import { OutgoingStore } from './outgoing.store.js';
import { SendingPaceStore } from './sending-pace.store.js';
import { SendingTraitsStore } from './sending-traits.store.js';
import { SendingStatusController } from './sending-status.controller.js';
import { ServerKnowledgeSource } from './server-knowledge.js';
import { SentCopies } from './sent-copies.js';
import { SentCopiesStore } from './sent-copies.store.js';

/** Mail to send: taken by the API, carried out by workers. */
@Module({
  imports: [
    MailboxesModule,
    SchedulingModule,
    FeedModule,
    DeliveryReportsModule,
    ProfilesModule,
    ThreadsModule,
    SearchModule,
  ],
  controllers: [OutgoingMessagesController, SendingStatusController],
  providers: [
    OutgoingThreads,
    OutgoingStore,
    OutgoingViewsStore,
    OriginalMessagesStore,
    SendingPaceStore,
    SendingTraitsStore,
    ServerKnowledgeSource,
    SentCopiesStore,
    SentCopies,
    MessageComposition,
    OutgoingMessages,
    OutgoingMetrics,
    MessageSender,
    DraftWithdrawal,
    OutgoingRun,
  ],
  exports: [OutgoingRun, SendingPaceStore, ServerKnowledgeSource],
})
export class OutgoingModule {}

import { Module } from '@nestjs/common';
import { FeedModule } from '../feed/feed.module.js';
import { MailboxesModule } from '../mailboxes/mailboxes.module.js';
import { OutgoingModule } from '../mail/outgoing/outgoing.module.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { SchedulingModule } from '../scheduling/scheduling.module.js';
import { MailboxTestViewsStore } from './mailbox-test-views.store.js';
import { MailboxTestsController } from './mailbox-tests.controller.js';
import { MailboxTests } from './mailbox-tests.js';
import { MailboxTestsStore } from './mailbox-tests.store.js';
import { OutgoingTest } from './outgoing-test.js';
import { TestBatchCompletion } from './test-batch-completion.js';
import { TestBatchesController } from './test-batches.controller.js';
import { TestBatches } from './test-batches.js';
import { TestBatchesStore } from './test-batches.store.js';
import { TestCleanUp } from './test-clean-up.js';
import { TestRun } from './test-run.js';

/** Whether mailboxes receive and send, and enabling what does. */
@Module({
  imports: [FeedModule, MailboxesModule, OutgoingModule, ProfilesModule, SchedulingModule],
  controllers: [MailboxTestsController, TestBatchesController],
  providers: [
    MailboxTestsStore,
    MailboxTestViewsStore,
    MailboxTests,
    OutgoingTest,
    TestBatches,
    TestBatchesStore,
    TestBatchCompletion,
    TestCleanUp,
    TestRun,
  ],
  exports: [TestRun, TestBatchesStore, TestBatchCompletion],
})
export class MailboxTestsModule {}

import { Module } from '@nestjs/common';
import { OutgoingModule } from '../../mail/outgoing/outgoing.module.js';
import { StandingStore } from './standing.store.js';
import { TimelineController } from './timeline.controller.js';
import { TimelineStore } from './timeline.store.js';

/** What happened to a mailbox and why it waits, read out of what the other features write. */
@Module({
  imports: [OutgoingModule],
  controllers: [TimelineController],
  providers: [StandingStore, TimelineStore],
})
export class TimelineModule {}

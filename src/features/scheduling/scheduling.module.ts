import { Module } from '@nestjs/common';
import { PacingStore } from './pacing.store.js';
import { ProfileDoubtsStore } from './profile-doubts.store.js';
import { ServerPacingStore } from './server-pacing.store.js';
import { WorkStore } from './work.store.js';

/** The schedule and the budgets, for whoever changes them. The dispatcher itself runs in workers only. */
@Module({
  providers: [WorkStore, PacingStore, ProfileDoubtsStore, ServerPacingStore],
  exports: [WorkStore, PacingStore, ProfileDoubtsStore, ServerPacingStore],
})
export class SchedulingModule {}

import { Module } from '@nestjs/common';
import { EventsController } from './events.controller.js';
import { EventsStore } from './events.store.js';

/** What tells the outside of changes. */
@Module({ controllers: [EventsController], providers: [EventsStore], exports: [EventsStore] })
export class DeliveriesModule {}

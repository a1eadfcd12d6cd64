import { Module } from '@nestjs/common';
import { DeliveriesModule } from '../deliveries/deliveries.module.js';
import { ContentRetention } from './content-retention.js';
import { RetentionStore } from './retention.store.js';

/** How long content is kept. */
@Module({
  imports: [DeliveriesModule],
  providers: [RetentionStore, ContentRetention],
  exports: [ContentRetention],
})
export class RetentionModule {}

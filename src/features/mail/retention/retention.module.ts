import { Module } from '@nestjs/common';
import { WebhooksModule } from '../../webhooks/webhooks.module.js';
import { ContentRetention } from './content-retention.js';
import { RetentionStore } from './retention.store.js';

/** How long content is kept. */
@Module({
  imports: [WebhooksModule],
  providers: [RetentionStore, ContentRetention],
  exports: [ContentRetention],
})
export class RetentionModule {}

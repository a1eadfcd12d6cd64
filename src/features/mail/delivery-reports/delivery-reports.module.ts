import { Module } from '@nestjs/common';
import { FeedModule } from '../../feed/feed.module.js';
import { DeliveryReports } from './delivery-reports.js';
import { DeliveryReportsStore } from './delivery-reports.store.js';

/** Bounces and receipts: what comes back about mail that was sent. */
@Module({
  imports: [FeedModule],
  providers: [DeliveryReports, DeliveryReportsStore],
  exports: [DeliveryReports, DeliveryReportsStore],
})
export class DeliveryReportsModule {}

import { Module } from '@nestjs/common';
import { IncidentsModule } from '../../incidents/incidents.module.js';
import { IncomingModule } from '../incoming/incoming.module.js';
import { MailboxesModule } from '../../mailboxes/mailboxes.module.js';
import { SchedulingModule } from '../../scheduling/scheduling.module.js';
import { AuditMetrics } from './audit-metrics.js';
import { AuditRun } from './audit-run.js';
import { AuditsController } from './audits.controller.js';
import { AuditsStore } from './audits.store.js';
import { FolderAudit } from './folder-audit.js';

/** The comparison of what is stored with what the server holds. */
@Module({
  imports: [IncidentsModule, IncomingModule, MailboxesModule, SchedulingModule],
  controllers: [AuditsController],
  providers: [AuditsStore, AuditMetrics, FolderAudit, AuditRun],
  exports: [AuditRun],
})
export class AuditModule {}

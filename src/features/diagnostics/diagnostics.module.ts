import { Module } from '@nestjs/common';
import { MailboxesModule } from '../mailboxes/mailboxes.module.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { DiagnosticMailboxesStore } from './diagnostic-mailboxes.store.js';
import { DiagnosticReports } from './diagnostic-reports.js';
import { DiagnosticReportsStore } from './diagnostic-reports.store.js';
import { DiagnosticsController } from './diagnostics.controller.js';
import { Diagnostics } from './diagnostics.js';
import { SharedDiagnosticsController } from './shared-diagnostics.controller.js';

/** The connectivity analysis, and the reports that are kept of it. */
@Module({
  imports: [MailboxesModule, ProfilesModule],
  controllers: [DiagnosticsController, SharedDiagnosticsController],
  providers: [Diagnostics, DiagnosticReports, DiagnosticReportsStore, DiagnosticMailboxesStore],
  exports: [DiagnosticReports],
})
export class DiagnosticsModule {}

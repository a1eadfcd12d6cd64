import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Answers } from '../../platform/http/answers.js';
import { plainText } from '../../platform/http/validation.js';
import { routeSettings } from '../../platform/http/route-settings.js';
import { DiagnosticReports } from './diagnostic-reports.js';
import { sharedReportAnswer, showShared, type SharedReportAnswer } from './diagnostics.schemas.js';
import { reportText } from './report-text.js';

const tokenParam = plainText(200);

/** Open to everybody: the token in the path is the key. */
@ApiTags('Diagnostics')
@Controller('v1/shared-diagnostics')
export class SharedDiagnosticsController {
  constructor(private readonly reports: DiagnosticReports) {}

  @Get(':token')
  @routeSettings({ secretInPath: true })
  @ApiOperation({
    summary: 'Read a shared report',
    description: 'Needs no API key. With Accept: text/plain it comes as text to read.',
  })
  @ApiProduces('application/json', 'text/plain')
  @Answers(200, 'The report', sharedReportAnswer)
  async read(
    @Param('token', { schema: tokenParam }) token: string,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SharedReportAnswer | string> {
    const report = await this.reports.shared(token);
    if (!/\btext\/plain\b/i.test(accept ?? '')) return showShared(report);
    void reply.header('content-type', 'text/plain; charset=utf-8');
    const about = [report.ewsUrl, report.emailAddress, report.createdAt.toISOString()].filter((fact) => fact !== null);
    return `${about.join('  ')}\n\n${reportText(showShared(report).steps, report.summary)}`;
  }
}

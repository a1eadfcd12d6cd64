import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Answers } from '../platform/http/answers.js';
import { Operations } from './operations.js';

const readiness = z
  .object({
    ready: z.boolean(),
    checks: z.record(z.string(), z.string()),
    warnings: z.record(z.string(), z.string()).describe('Trouble that does not keep the process from working'),
  })
  .meta({ id: 'Readiness' });

@ApiTags('Operations')
@Controller()
export class OperationsController {
  constructor(private readonly operations: Operations) {}

  @Get('health/live')
  @ApiOperation({ summary: 'Is the process alive?', description: 'Needs no API key.' })
  @Answers(200, 'It is', z.object({ live: z.literal(true) }))
  live(): { live: true } {
    return { live: true };
  }

  @Get('health/ready')
  @ApiOperation({
    summary: 'Can the process work?',
    description:
      'Requires no API key. Answers 503 within about two seconds if the database or the queue does not respond, or if the process is stopping. A full disk is only a warning, because reads still work.',
  })
  @Answers(200, 'It can', readiness)
  @Answers(503, 'It cannot; `checks` says why', readiness)
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<z.output<typeof readiness>> {
    const answer = await this.operations.readiness();
    if (!answer.ready) void reply.status(503);
    return answer;
  }

  @Get('metrics')
  @ApiOperation({ summary: 'Prometheus metrics', description: 'Needs no API key; keep the port inside.' })
  @Answers(200, 'The metrics as text')
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    const { contentType, text } = await this.operations.metricsText();
    void reply.header('content-type', contentType).send(text);
  }
}

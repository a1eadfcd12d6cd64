import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Answers, AnswersProblem } from '../../platform/http/answers.js';
import { Problem } from '../../platform/http/problem.js';
import { beyondOwnReach } from '../identity/api-keys/api-keys.js';
import { Caller } from '../identity/callers/caller.js';
import { RequireScope } from '../identity/callers/require-scope.js';
import { EmailChannel, smtpNotConfigured, smtpRefused } from './email-channel.js';
import {
  channelList,
  showEmailChannel,
  stageWords,
  testMail,
  testMailAnswer,
} from './notification-channels.schemas.js';

@ApiTags('Notifications')
@Controller('v1/notification-channels')
export class NotificationChannelsController {
  constructor(private readonly email: EmailChannel) {}

  @Get()
  @RequireScope('admin')
  @ApiOperation({
    summary: 'List the ways by which people are told',
    description:
      'How mail is set up, without its secrets, and whether it goes out. Not for callers limited to profiles.',
  })
  @Answers(200, 'The ways', channelList)
  @AnswersProblem(beyondOwnReach)
  async list(@Caller() caller: Caller): Promise<z.output<typeof channelList>> {
    checkUnlimited(caller);
    return { items: [showEmailChannel(await this.email.state())] };
  }

  @Post('email/test')
  @HttpCode(200)
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Send a test mail',
    description: `Now, and as notifications are sent. A refusal has \`stage\` (${stageWords}) and \`response\`, the server’s words.`,
  })
  @Answers(200, 'The mail server has taken it', testMailAnswer)
  @AnswersProblem(beyondOwnReach, smtpNotConfigured, smtpRefused)
  async test(
    @Caller() caller: Caller,
    @Body({ schema: testMail }) { to }: z.output<typeof testMail>,
  ): Promise<z.output<typeof testMailAnswer>> {
    checkUnlimited(caller);
    return { accepted: true, response: await this.email.sendTest(to) };
  }
}

/** @throws Problem beyond-own-reach: how people are told is everybody's */
function checkUnlimited(caller: Caller): void {
  if (caller.profileIds !== null) throw new Problem(beyondOwnReach, 'notification channels are shared by all profiles');
}

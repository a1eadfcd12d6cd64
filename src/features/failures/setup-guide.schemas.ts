import { z } from 'zod';
import { connectionFields } from '../profiles/profiles.schemas.js';
import { commandShells } from '../../drivers/port/explanations/command.js';
import { serverKinds, type SetupGuide } from '../../drivers/port/explanations/setup-guide.js';

const serverKind = z.enum(serverKinds).describe('exchange-server: one of your own');

export const profileGuideQuery = z.strictObject({
  serverKind: serverKind.optional().describe('Default: as the address of the profile tells'),
});

export const guideQuery = z.strictObject({
  serverKind: serverKind.optional().describe('Default: as `ewsUrl` tells, and a server of your own without one'),
  ewsUrl: connectionFields.ewsUrl.optional(),
  username: connectionFields.username.optional().describe('The service account; without one a name is suggested'),
  access: connectionFields.access.default('impersonation'),
});

export const setupGuideAnswer = z
  .object({
    serverKind,
    access: connectionFields.access,
    account: z.string().describe('The service account that the commands name'),
    notice: z.string().nullable().describe('What to know before any of it'),
    steps: z
      .array(
        z.object({
          title: z.string(),
          text: z.string(),
          commands: z
            .array(z.object({ purpose: z.string(), shell: z.enum(commandShells), command: z.string() }))
            .describe('To paste as they are'),
        }),
      )
      .describe('In their order'),
  })
  .meta({ id: 'SetupGuide' });
export type SetupGuideAnswer = z.output<typeof setupGuideAnswer>;

export const showGuide = ({ steps, ...guide }: SetupGuide): SetupGuideAnswer => ({
  ...guide,
  steps: steps.map(({ commands, ...step }) => ({ ...step, commands: [...commands] })),
});

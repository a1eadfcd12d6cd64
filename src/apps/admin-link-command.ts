import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FirstAdminLink } from '../features/identity/users/first-admin-link.js';
import { linkUrl } from '../features/identity/sign-in/sign-in-links.js';
import { UsersModule } from '../features/identity/users.module.js';
import { publicUrlOf } from '../platform/config/public-url.js';
import { readSettings } from '../platform/config/settings.js';
import { createLog } from '../platform/log/log.js';
import { PlatformModule } from '../platform/platform.module.js';
import { preparePlatform } from './prepare-platform.js';

/**
 * `postroom admin-link`: prints a link by which whoever holds the machine becomes administrator. Reads
 * the same settings as the server. @returns the exit code
 */
export async function adminLinkCommand(): Promise<number> {
  try {
    const settings = readSettings(process.env);
    const prepared = await preparePlatform(settings, createLog('warn'));
    try {
      const module = { module: UsersModule, imports: [PlatformModule.forRoot(prepared.platform)] };
      const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
      const token = await app.get(FirstAdminLink).make();
      await app.close();
      process.stdout.write(
        `Open this within 24 hours, once, to become administrator. With the e-mail address of a user, that user is\n` +
          `made administrator again and gets the new password. Earlier links of this kind have ended.\n\n` +
          `  ${linkUrl(publicUrlOf(settings), token)}\n`,
      );
    } finally {
      await prepared.close();
    }
    return 0;
  } catch (error) {
    process.stderr.write(`postroom: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

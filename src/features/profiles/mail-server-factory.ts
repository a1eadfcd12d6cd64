import type { MailServer } from '../../drivers/port/mail-server.js';
import type { AddressSetter } from './server-address-rules.js';

export interface ServerConnection {
  readonly ewsUrl: string;
  readonly auth: { readonly type: 'basic'; readonly username: string; readonly password: string };
  /** Decides which addresses connections may go to. */
  readonly addressSetBy: AddressSetter;
  readonly maxConnections: number;
}

/** Makes the mail server of a profile; the one place where features learn which kinds there are. */
export abstract class MailServerFactory {
  abstract create(connection: ServerConnection): MailServer;
}

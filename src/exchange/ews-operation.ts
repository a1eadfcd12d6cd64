import type { MailboxIdentity } from '../mail/mail-server.js';
import type { EwsAnswer } from './ews-answer.js';
import type { RequestVersion } from './soap/request-version.js';
import type { XmlObject } from './soap/xml-writer.js';

/** One EWS operation to call. */
export interface EwsOperation {
  /** As in the schema: `FindItem`; the answer must be a `FindItemResponse`. */
  readonly name: string;
  /** Changes something on the server: never repeated by itself, and its errors can leave an effect behind. */
  readonly changes: boolean;
  /** The content of the SOAP body; asked again when the server wants an older schema version. */
  readonly body: (version: RequestVersion) => XmlObject;
}

/** What an operation needs: the mailbox, and a way to call. */
export interface OperationContext {
  readonly identity: MailboxIdentity;
  readonly maxRequestBytes: number;
  /** @throws MailServerError, or the signal's reason. */
  readonly call: (operation: EwsOperation, signal?: AbortSignal) => Promise<EwsAnswer>;
}

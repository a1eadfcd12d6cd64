import type { MailboxIdentity } from '../port/mail-server.js';
import type { EwsAnswer } from './ews-answer.js';
import type { QuerySupport } from './query-support.js';
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
  /**
   * Whether the answer is about what was asked for, by the ids in it. Asked where nothing else says whose
   * answer it is; false makes the client drop it, and a call that only reads is made once more.
   */
  readonly isAnswer?: (answer: EwsAnswer) => boolean;
}

/** What an operation needs: the mailbox, and a way to call. */
export interface OperationContext {
  readonly identity: MailboxIdentity;
  readonly maxRequestBytes: number;
  /** What the server was found not to understand. */
  readonly support: QuerySupport;
  /** The time, against which dates of mail are checked. */
  readonly now: () => Date;
  /** @throws MailServerError, or the signal's reason. */
  readonly call: (operation: EwsOperation, signal?: AbortSignal) => Promise<EwsAnswer>;
}

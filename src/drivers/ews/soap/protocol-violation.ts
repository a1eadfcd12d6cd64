/** An answer that breaks the protocol, found while reading it; becomes a `MailServerError` where the call is known. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';

  constructor(
    readonly code: 'InvalidXml' | 'UnexpectedAnswer' | 'AnswerTooLarge',
    message: string,
    /** The offending part of the response, as the host wrote it; null if `message` says everything. */
    readonly quoted: string | null = null,
  ) {
    super(message);
  }
}

/** An answer that breaks the protocol, found while reading it; becomes a `MailServerError` where the call is known. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';

  constructor(
    readonly code: 'InvalidXml' | 'UnexpectedAnswer' | 'AnswerTooLarge',
    message: string,
  ) {
    super(message);
  }
}

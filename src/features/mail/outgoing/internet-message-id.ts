import { domainToASCII } from 'node:url';

/**
 * The Message-ID of an outgoing message: ours, made when it is accepted, so that the caller can thread
 * answers to it before it is sent, and so that a copy is recognised wherever it turns up.
 */
export function internetMessageId(id: string, senderAddress: string): string {
  const domain = domainToASCII(senderAddress.slice(senderAddress.lastIndexOf('@') + 1));
  return `<${id}@${domain || 'postroom.invalid'}>`;
}

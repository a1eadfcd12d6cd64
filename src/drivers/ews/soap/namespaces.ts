/** The namespaces of an EWS exchange, reduced to what the code asks about. */
export type NamespaceKind = 'soap' | 'messages' | 'types' | 'errors' | 'other';

export const SOAP_NS = 'http://schemas.xmlsoap.org/soap/envelope/';
export const TYPES_NS = 'http://schemas.microsoft.com/exchange/services/2006/types';
export const MESSAGES_NS = 'http://schemas.microsoft.com/exchange/services/2006/messages';
const ERRORS_NS = 'http://schemas.microsoft.com/exchange/services/2006/errors';
/** Some gateways rewrite faults to SOAP 1.2. */
const SOAP12_NS = 'http://www.w3.org/2003/05/soap-envelope';

const KINDS = new Map<string, NamespaceKind>([
  [SOAP_NS, 'soap'],
  [SOAP12_NS, 'soap'],
  [MESSAGES_NS, 'messages'],
  [TYPES_NS, 'types'],
  [ERRORS_NS, 'errors'],
]);

/** Maps a namespace URI, whatever prefix the server chose for it. */
export function namespaceKind(uri: string): NamespaceKind {
  return KINDS.get(uri) ?? 'other';
}

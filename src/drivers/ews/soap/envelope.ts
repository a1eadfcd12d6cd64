import type { MailboxIdentity } from '../../port/mail-server.js';
import { MESSAGES_NS, SOAP_NS, TYPES_NS } from './namespaces.js';
import type { RequestVersion } from './request-version.js';
import { writeXml, type XmlObject } from './xml-writer.js';

/**
 * One request as UTF-8 bytes. Under impersonation it carries exactly one ConnectingSID
 * (types.xsd `ConnectingSIDType`); under delegation none, the folder ids name the mailbox then.
 */
export function writeEnvelope(identity: MailboxIdentity, version: RequestVersion, body: XmlObject): Buffer {
  const { access, connectingSid } = identity;
  const xml = writeXml({
    'soap:Envelope': {
      '@xmlns:soap': SOAP_NS,
      '@xmlns:t': TYPES_NS,
      '@xmlns:m': MESSAGES_NS,
      'soap:Header': {
        't:RequestServerVersion': { '@Version': version },
        't:ExchangeImpersonation':
          access === 'impersonation'
            ? { 't:ConnectingSID': { [`t:${connectingSid.type}`]: connectingSid.value } }
            : undefined,
      },
      'soap:Body': body,
    },
  });
  return Buffer.from(`<?xml version="1.0" encoding="utf-8"?>${xml}`, 'utf8');
}

import { escapeText } from '../soap/xml-text.js';

const REQUEST = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006';
const RESPONSE = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';

/** The question where the mailbox of an address lives (MS-OXDSCLI, 2.2.3). */
export function poxRequest(emailAddress: string): Buffer {
  return Buffer.from(
    `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${REQUEST}"><Request>` +
      `<EMailAddress>${escapeText(emailAddress)}</EMailAddress>` +
      `<AcceptableResponseSchema>${RESPONSE}</AcceptableResponseSchema></Request></Autodiscover>`,
    'utf8',
  );
}

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const SERVER = 'MBX01';

/** The headers by which an administrator finds a call in Exchange's logs. */
export function setExchangeHeaders(request: IncomingMessage, response: ServerResponse, domain: string): void {
  const clientId = request.headers['client-request-id'];
  if (typeof clientId === 'string' && request.headers['return-client-request-id'] === 'true') {
    response.setHeader('client-request-id', clientId);
  }
  response.setHeader('request-id', randomUUID());
  response.setHeader('X-FEServer', SERVER);
  response.setHeader('X-BEServer', SERVER);
  response.setHeader('X-TargetBEServer', `${SERVER.toLowerCase()}.${domain}`);
  response.setHeader('X-CalculatedBETarget', `${SERVER.toLowerCase()}.${domain}`);
  response.setHeader('X-DiagInfo', SERVER);
  response.setHeader('Server', 'Microsoft-IIS/10.0');
  response.setHeader('X-AspNet-Version', '4.0.30319');
  response.setHeader('Cache-Control', 'private');
}

import { request as httpRequest } from 'node:http';
import { SERVICE } from './ews-client.js';

/** A hanging GetStreamingEvents call. */
export interface EventStream {
  /** Waits for a text and gives all that has come so far. */
  readonly until: (text: string) => Promise<string>;
  readonly close: () => void;
}

/** Sends an envelope as the service account and keeps reading its answer. */
export function openStream(url: string, body: string): EventStream {
  let seen = '';
  let wake = (): void => undefined;
  const request = httpRequest(
    url,
    {
      method: 'POST',
      headers: {
        'Content-Type': 'text/xml',
        'Content-Length': Buffer.byteLength(body),
        Authorization: `Basic ${Buffer.from(`${SERVICE.username}:${SERVICE.password}`).toString('base64')}`,
      },
    },
    (response) => {
      response.on('error', () => undefined);
      response.on('data', (chunk: Buffer) => {
        seen += chunk.toString('utf8');
        wake();
      });
    },
  );
  request.on('error', () => undefined);
  request.end(body);
  return {
    until: async (text) => {
      while (!seen.includes(text)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return seen;
    },
    close: () => request.destroy(),
  };
}

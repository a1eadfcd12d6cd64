import { X509Certificate } from 'node:crypto';

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Whether the text is certificates in PEM and nothing else: a private key must not be sent along by mistake. */
export function isCertificatePem(text: string): boolean {
  const blocks = text.match(block);
  if (blocks === null || text.replace(block, '').trim() !== '') return false;
  return blocks.every((certificate) => {
    try {
      return new X509Certificate(certificate).subject !== undefined;
    } catch {
      return false;
    }
  });
}

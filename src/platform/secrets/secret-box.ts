import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { KeyRing } from './key-ring.js';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** What a sealed secret looks like in a column; the CHECK constraints of the tables repeat it. */
export const sealedPattern = /^v1:[A-Za-z0-9_-]{1,32}:[A-Za-z0-9+/]+={0,2}$/;

/**
 * Seals secrets for the database with AES-256-GCM. The row's identity is bound in as associated
 * data, so a sealed value copied to another row does not open there.
 */
export class SecretBox {
  constructor(private readonly ring: KeyRing) {}

  /** @param owner identity of the row and column, for example `email_server_profiles/<id>/auth_secret` */
  seal(plain: string, owner: string): string {
    const key = this.ring.keys.get(this.ring.encryptingId);
    if (!key) throw new Error('the key ring has no encrypting key');
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv(algorithm, key, iv).setAAD(Buffer.from(owner));
    const sealed = Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `v1:${this.ring.encryptingId}:${sealed.toString('base64')}`;
  }

  /** @throws SecretUnreadable when the key is not on the ring, or the value is not this owner's */
  open(sealed: string, owner: string): string {
    const [version, keyId = '', base64 = ''] = sealed.split(':');
    const key = this.ring.keys.get(keyId);
    if (version !== 'v1' || !key) {
      throw new SecretUnreadable(
        `the key ${JSON.stringify(keyId)} is not in POSTROOM_SECRET_KEYS; add it behind the current one`,
      );
    }
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length < ivBytes + tagBytes) throw new SecretUnreadable('the sealed value is cut short');
    try {
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes))
        .setAAD(Buffer.from(owner))
        .setAuthTag(bytes.subarray(-tagBytes));
      return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]).toString('utf8');
    } catch {
      throw new SecretUnreadable('the sealed value was made with another key of the same id, or for another row');
    }
  }

  /** True when the value was sealed with a key that no longer encrypts, and so wants sealing anew. */
  isStale(sealed: string): boolean {
    return !sealed.startsWith(`v1:${this.ring.encryptingId}:`);
  }
}

/** A secret cannot be read; the message names keys by id only. */
export class SecretUnreadable extends Error {
  override readonly name = 'SecretUnreadable';
}

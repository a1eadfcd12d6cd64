import { v7 as uuid } from 'uuid';
import type { DataSource } from 'typeorm';
import { defaultMailSettings } from '../../src/features/profiles/mail-settings.js';
import type { Profile } from '../../src/features/profiles/profile.js';
import { secretOwner } from '../../src/features/profiles/profile.js';
import { ProfilesStore } from '../../src/features/profiles/profiles.store.js';
import type { SecretBox } from '../../src/platform/secrets/secret-box.js';
import { testSecretBox } from './api.js';

interface MadeProfile extends Partial<Omit<Profile, 'sealedSecret'>> {
  readonly password?: string;
  /** The box of the code that will read the password; without it nobody can. */
  readonly secretBox?: SecretBox;
}

/** Stores a profile with its pacing, past the API. @returns its id */
export async function makeProfile(dataSource: DataSource, made: MadeProfile = {}): Promise<string> {
  const { password = 'secret', secretBox = testSecretBox(), ...given } = made;
  const id = given.id ?? uuid();
  await new ProfilesStore().insert(dataSource, {
    name: `Profile ${id}`,
    ownerName: 'Olga Owner',
    ownerEmail: 'olga@example.com',
    serverType: 'exchange',
    ewsUrl: 'http://127.0.0.1:1/EWS/Exchange.asmx',
    addressSetBy: 'administrator',
    auth: { type: 'basic', username: 'EXAMPLE\\svc' },
    access: 'impersonation',
    connectingSidType: 'SmtpAddress',
    processEmailsFrom: new Date('2026-01-01T00:00:00Z'),
    minPollingIntervalSeconds: 60,
    maxConcurrentConnections: 10,
    maxSendsPerMinute: 30,
    notifyOwner: true,
    escalationContact: null,
    escalateAfterMinutes: 240,
    ...defaultMailSettings,
    contentRetentionDays: null,
    version: 1,
    createdAt: new Date('2026-01-01T00:00:00Z'),
    updatedAt: new Date('2026-01-01T00:00:00Z'),
    ...given,
    id,
    sealedSecret: secretBox.seal(password, secretOwner(id)),
  });
  return id;
}

import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Mailboxes } from '../features/mailboxes/mailboxes.js';
import { Profiles } from '../features/profiles/profiles.js';
import { ProfilesStore } from '../features/profiles/profiles.store.js';
import { newProfile } from '../features/profiles/profiles.schemas.js';

export const sampleProfileName = 'Sample company (sandbox Exchange)';

export interface SampleCompany {
  readonly ewsUrl: string;
  readonly username: string;
  readonly password: string;
  readonly mailboxes: readonly { readonly address: string; readonly displayName: string }[];
}

/** Mail of these last days is there from the start, so that the first look shows some. */
const sampleDays = 3;

/**
 * On an empty database: a profile that points at the sandbox, and its mailboxes. On one that has it
 * already: the sandbox's present address, for the port may be another one after a restart.
 */
export async function ensureSampleData(app: INestApplicationContext, company: SampleCompany): Promise<void> {
  const dataSource = app.get(DataSource);
  const profiles = app.get(Profiles, { strict: false });
  const store = app.get(ProfilesStore, { strict: false });
  const [existing] = (
    await store.list(dataSource, { name: sampleProfileName, profileIds: null, after: null, limit: 1 }, new Date())
  ).map(({ profile }) => profile);
  if (existing) {
    if (existing.ewsUrl !== company.ewsUrl)
      await profiles.patch(
        existing.id,
        { ewsUrl: company.ewsUrl, auth: { password: company.password } },
        null,
        'administrator',
      );
    return;
  }
  if ((await store.list(dataSource, { name: null, profileIds: null, after: null, limit: 1 }, new Date())).length > 0)
    return;
  const body = newProfile.parse({
    name: sampleProfileName,
    ownerName: 'Sample owner',
    ownerEmail: 'owner@postroom.example',
    ewsUrl: company.ewsUrl,
    auth: { type: 'basic', username: company.username, password: company.password },
    processEmailsFrom: new Date(Date.now() - sampleDays * 24 * 60 * 60_000).toISOString(),
    minPollingIntervalSeconds: 5,
  });
  await dataSource.transaction(async (manager) => {
    const { profile } = await profiles.create(manager, body);
    const rows = company.mailboxes.map(({ address, displayName }) => ({
      profileId: profile.id,
      emailAddress: address,
      displayName,
    }));
    await app.get(Mailboxes, { strict: false }).createMany(manager, rows, null);
  });
}

import type { ConnectingSidType, MailboxAccess } from '../../drivers/port/mail-server.js';
import type { MailSettings } from './mail-settings.js';
import type { AddressSetter } from './server-address-rules.js';

/** What an owner sets of an email server profile; everything but the password. */
export interface ProfileSettings extends MailSettings {
  readonly name: string;
  readonly ownerName: string;
  readonly ownerEmail: string;
  readonly serverType: 'exchange';
  readonly ewsUrl: string;
  /** Who set `ewsUrl`; decides whether it may be a private address. */
  readonly addressSetBy: AddressSetter;
  readonly auth: { readonly type: 'basic'; readonly username: string };
  readonly access: MailboxAccess;
  readonly connectingSidType: ConnectingSidType;
  readonly processEmailsFrom: Date;
  readonly minPollingIntervalSeconds: number;
  readonly maxConcurrentConnections: number;
  /** Of each mailbox. */
  readonly maxSendsPerMinute: number;
  readonly notifyOwner: boolean;
  /** Who is told when nobody acknowledges an incident in time; null: nobody. */
  readonly escalationContact: { readonly name: string; readonly email: string } | null;
  readonly escalateAfterMinutes: number;
  /** Content received longer ago is removed here, never on the server; null: kept. */
  readonly contentRetentionDays: number | null;
}

/** An email server profile as it is stored. */
export interface Profile extends ProfileSettings {
  readonly id: string;
  /** The password, sealed for `secretOwner(id)`. */
  readonly sealedSecret: string;
  /** One more with every change. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** How hard the profile may press its server at the moment. */
export interface Pacing {
  readonly concurrency: number;
  /** Null when nothing holds it. */
  readonly holdUntil: Date | null;
  readonly suspendedCause: string | null;
}

/** What a run needs to work with a profile's server, the password included: never to be shown or logged. */
export interface ProfileConnection extends Omit<ProfileSettings, 'auth'> {
  readonly id: string;
  readonly version: number;
  readonly auth: { readonly type: 'basic'; readonly username: string; readonly password: string };
}

/** The row that a sealed password belongs to. */
export const secretOwner = (profileId: string) => `email_server_profiles/${profileId}/auth_secret`;

/** Whether two mail addresses are the same one: case does not tell people or mailboxes apart. Null: no address. */
export const isSameAddress = (one: string | null | undefined, other: string | null | undefined): boolean =>
  one?.toLowerCase() === other?.toLowerCase();

/** Whether a change makes other people, or people at another time, the ones to be told of trouble. */
export function changesRecipients(before: ProfileSettings, after: ProfileSettings): boolean {
  return (
    !isSameAddress(before.ownerEmail, after.ownerEmail) ||
    before.notifyOwner !== after.notifyOwner ||
    !isSameAddress(before.escalationContact?.email, after.escalationContact?.email) ||
    before.escalateAfterMinutes !== after.escalateAfterMinutes
  );
}

/** Whether a change can make calls succeed that failed before, so that waiting for a retry makes no sense. */
export function changesConnection(before: ProfileSettings, after: ProfileSettings): boolean {
  return (
    before.ewsUrl !== after.ewsUrl ||
    before.addressSetBy !== after.addressSetBy ||
    before.auth.username !== after.auth.username ||
    before.access !== after.access ||
    before.connectingSidType !== after.connectingSidType
  );
}

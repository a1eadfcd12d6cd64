import type { Schema } from '../../../api/schemas.js';
import { isoOf, localOf } from '../local-time.js';

type Profile = Schema<'EmailServerProfile'>;
type Patch = Omit<Schema<'EmailServerProfilePatch'>, 'version'>;

/** What the form of a profile's settings holds. Numbers may be empty while somebody types. */
export interface SettingsValues {
  readonly name: string;
  readonly ewsUrl: string;
  /** Only for another server, to which the one that is kept is not carried. */
  readonly password: string;
  readonly access: Profile['access'];
  readonly connectingSidType: Profile['connectingSidType'];
  readonly processEmailsFrom: string;
  readonly minPollingIntervalSeconds: number | string;
  readonly maxConcurrentConnections: number | string;
  readonly maxSendsPerMinute: number | string;
  readonly tokenEnabled: boolean;
  readonly smartEnabled: boolean;
  readonly smartWindowDays: number | string;
  readonly blockedAttachmentExtensions: string[];
  /** In MB; empty: no limit. */
  readonly maxAttachmentMb: number | string;
  readonly maxMessageMb: number | string;
  /** Empty: kept for good. */
  readonly contentRetentionDays: number | string;
}

const megabyte = 1_048_576;
const mbOf = (bytes: number | null): number | string => (bytes === null ? '' : bytes / megabyte);
const bytesOf = (mb: number | string): number | null => (mb === '' ? null : Math.round(Number(mb) * megabyte));
const orNull = (number: number | string): number | null => (number === '' ? null : Number(number));

export const settingsOf = (profile: Profile): SettingsValues => ({
  name: profile.name,
  ewsUrl: profile.ewsUrl,
  password: '',
  access: profile.access,
  connectingSidType: profile.connectingSidType,
  processEmailsFrom: localOf(profile.processEmailsFrom),
  minPollingIntervalSeconds: profile.minPollingIntervalSeconds,
  maxConcurrentConnections: profile.maxConcurrentConnections,
  maxSendsPerMinute: profile.maxSendsPerMinute,
  tokenEnabled: profile.trackingToken.enabled,
  smartEnabled: profile.smartMatching.enabled,
  smartWindowDays: profile.smartMatching.windowDays,
  blockedAttachmentExtensions: profile.blockedAttachmentExtensions,
  maxAttachmentMb: mbOf(profile.maxAttachmentBytes),
  maxMessageMb: mbOf(profile.maxMessageBytes),
  contentRetentionDays: profile.contentRetentionDays ?? '',
});

/** Another server than that of the profile, whose password the API wants to hear again. */
export function namesOtherServer(before: string, after: string): boolean {
  if (!URL.canParse(after)) return false;
  return !URL.canParse(before) || new URL(before).origin !== new URL(after).origin;
}

const asSettings = (values: SettingsValues): Patch => ({
  name: values.name,
  ewsUrl: values.ewsUrl.trim(),
  access: values.access,
  connectingSidType: values.connectingSidType,
  processEmailsFrom: values.processEmailsFrom,
  minPollingIntervalSeconds: Number(values.minPollingIntervalSeconds),
  maxConcurrentConnections: Number(values.maxConcurrentConnections),
  maxSendsPerMinute: Number(values.maxSendsPerMinute),
  trackingToken: { enabled: values.tokenEnabled },
  smartMatching: { enabled: values.smartEnabled, windowDays: Number(values.smartWindowDays) },
  blockedAttachmentExtensions: values.blockedAttachmentExtensions,
  maxAttachmentBytes: bytesOf(values.maxAttachmentMb),
  maxMessageBytes: bytesOf(values.maxMessageMb),
  contentRetentionDays: orNull(values.contentRetentionDays),
});

/** Only what differs: what was not touched keeps its seconds, and what other people change beside it. */
export function settingsPatch(before: Profile, values: SettingsValues): Patch {
  const [old, wanted] = [asSettings(settingsOf(before)), asSettings(values)];
  const changed = Object.entries(wanted).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(old[field as keyof Patch]),
  );
  const patch: Patch = Object.fromEntries(changed);
  if (patch.processEmailsFrom !== undefined) patch.processEmailsFrom = isoOf(patch.processEmailsFrom);
  if (patch.ewsUrl !== undefined && values.password !== '') patch.auth = { password: values.password };
  return patch;
}

const ownNames: Readonly<Record<string, keyof SettingsValues>> = {
  'auth.password': 'password',
  maxAttachmentBytes: 'maxAttachmentMb',
  maxMessageBytes: 'maxMessageMb',
  'smartMatching.windowDays': 'smartWindowDays',
};

/** A field of the API by the name that the form has for it. */
export const settingsField = (field: string): string =>
  ownNames[field] ?? field.replace(/^blockedAttachmentExtensions\.\d+$/, 'blockedAttachmentExtensions');

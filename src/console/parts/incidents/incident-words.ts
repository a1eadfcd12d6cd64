import type { Schema } from '../../api/schemas.js';
import { mailboxes } from './counted.js';

type Incident = Pick<
  Schema<'IncidentSummary'>,
  'scope' | 'open' | 'serverHost' | 'stoppedMailboxes' | 'affectedMailboxes'
>;
type Scope = Incident['scope'];

/** What an incident is about, as a word for a column or a badge. */
export const scopeLabels: Readonly<Record<Scope, string>> = {
  mailbox: 'Mailboxes',
  profile: 'Profile',
  server: 'Server',
  notice: 'To look at',
  endpoint: 'Webhook',
  installation: 'Postroom',
};

/**
 * Whom it stops, in a sentence without its full stop.
 * @param profileName null: not known, or of no single profile
 */
export function whomItStops(incident: Incident, profileName: string | null): string {
  const { open, stoppedMailboxes: stopped, affectedMailboxes: affected } = incident;
  const profile = profileName === null ? 'its profile' : `“${profileName}”`;
  switch (incident.scope) {
    case 'endpoint':
      return open
        ? 'A webhook endpoint is switched off; mail flows'
        : 'A webhook endpoint was switched off; mail flowed';
    case 'installation':
      return open
        ? 'Nothing can be stored: no mail is received or sent'
        : 'Nothing could be stored: no mail was received or sent';
    case 'notice':
      return open
        ? `Mail flows; it is about ${mailboxes(stopped)} of ${profile}`
        : `Mail flowed; it was about ${mailboxes(affected)} of ${profile}`;
    case 'server':
      return `${open ? 'Holds' : 'Held'} up all profiles at ${incident.serverHost ?? 'the server'}`;
    case 'profile':
    case 'mailbox':
      if (affected === 0) return `${open ? 'Holds' : 'Held'} up all mailboxes of ${profile}`;
      if (!open) return `Stopped ${mailboxes(affected)} of ${profile}`;
      return `Stops ${mailboxes(stopped)} of ${profile}${backAlready(affected - stopped)}`;
  }
}

const backAlready = (back: number): string =>
  back <= 0 ? '' : `; ${mailboxes(back)} ${back === 1 ? 'is' : 'are'} back`;

/** Whether nobody is mailed for the time being. @param now in ms since 1970 */
export const isSnoozed = ({ open, snoozed }: Pick<Schema<'IncidentSummary'>, 'open' | 'snoozed'>, now: number) =>
  open && snoozed !== null && Date.parse(snoozed.until) > now;

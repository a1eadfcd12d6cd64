import type { Actor } from './actor.js';
import type { EndpointFailure } from './endpoint-failure.js';
import type { StoredFailure } from '../failures/failure.js';
import type { StorageFailure } from './storage-explanation.js';

/**
 * What is to be mended, and what it means for mail: a notice stops none, and asks for somebody's look all the same;
 * an endpoint's stops webhooks; the installation's stops everything, and no profile's people can do anything about it.
 */
export const incidentScopes = ['mailbox', 'profile', 'server', 'notice', 'endpoint', 'installation'] as const;
export type IncidentScope = (typeof incidentScopes)[number];

interface IncidentFields {
  readonly id: string;
  readonly cause: string;
  readonly scope: IncidentScope;
  readonly failures: number;
  readonly opened_at: Date;
  /** When the trouble began; null: not known to be earlier than `opened_at`. */
  readonly first_failure_at: Date | null;
  readonly last_seen_at: Date;
  readonly closed_at: Date | null;
  /** Mailboxes still stopped by it, and all that ever were. */
  readonly stopped: number;
  readonly affected: number;
  readonly acknowledged_at: Date | null;
  readonly acknowledged_by: Actor | null;
  readonly snoozed_until: Date | null;
  readonly snoozed_by: Actor | null;
  readonly assignee_name: string | null;
  readonly assignee_email: string | null;
  /** When it is looked at again for what is to be mailed; null: not until something happens. */
  readonly notify_at: Date | null;
}

interface ProfileIncidentRow extends IncidentFields {
  readonly profile_id: string;
  readonly endpoint_id: null;
  readonly server_host: null;
  readonly installation: null;
  readonly first_failure: StoredFailure;
  readonly last_failure: StoredFailure;
}

interface EndpointIncidentRow extends IncidentFields {
  readonly profile_id: null;
  readonly endpoint_id: string;
  readonly server_host: null;
  readonly installation: null;
  readonly first_failure: EndpointFailure;
  readonly last_failure: EndpointFailure;
}

/** About a server that does not answer, and so about all of its profiles. */
interface ServerIncidentRow extends IncidentFields {
  readonly profile_id: null;
  readonly endpoint_id: null;
  /** Host and port. */
  readonly server_host: string;
  readonly installation: null;
  readonly first_failure: StoredFailure;
  readonly last_failure: StoredFailure;
}

/** An incident about a part of the installation itself. */
interface InstallationIncidentRow extends IncidentFields {
  readonly profile_id: null;
  readonly endpoint_id: null;
  readonly server_host: null;
  readonly installation: 'storage';
  readonly first_failure: StorageFailure;
  readonly last_failure: StorageFailure;
}

/** An incident opened by a failure of a mailbox. */
export type MailIncidentRow = ProfileIncidentRow | ServerIncidentRow;
export type IncidentRow = MailIncidentRow | EndpointIncidentRow | InstallationIncidentRow;

/** Also accepts a view. */
export const isOfInstallation = <Row extends IncidentRow>(row: Row): row is Row & InstallationIncidentRow =>
  row.scope === 'installation';

/** As read: with what is not the incident's own. */
export type IncidentView = IncidentRow & {
  /** Whether its cause is muted in every profile that it is about. */
  readonly muted: boolean;
  /** Whether the reader sees all that it is about; of a server, all of its profiles. */
  readonly wholly: boolean;
};

export interface IncidentMailboxRow {
  readonly mailbox_id: string;
  readonly email_address: string;
  readonly joined_at: Date;
  readonly recovered_at: Date | null;
}

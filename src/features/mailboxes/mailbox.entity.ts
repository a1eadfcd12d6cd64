import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { StoredFailure } from '../failures/failure.js';
import type { MailboxFilterKind } from './mailbox-filter.js';
import type { FolderChoice } from './folder-choice.js';
import type { MailboxState } from './mailbox-state.js';

@Entity('mailboxes')
export class MailboxEntity {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ name: 'profile_id', type: 'uuid' })
  profileId: string;

  @Column({ name: 'email_address', type: 'text' })
  emailAddress: string;

  @Column({ name: 'display_name', type: 'text', nullable: true })
  displayName: string | null;

  /** Null: the address itself identifies the owner. */
  @Column({ name: 'connecting_sid', type: 'text', nullable: true })
  connectingSid: string | null;

  @Column({ type: 'boolean' })
  incoming: boolean;

  @Column({ type: 'boolean' })
  outgoing: boolean;

  /** Folders to watch, as people name them. */
  @Column({ type: 'jsonb' })
  folders: FolderChoice[];

  /** When the folders were last found in the server's tree; null: they are to be looked for. */
  @Column({ name: 'folders_resolved_at', type: 'timestamptz', nullable: true })
  foldersResolvedAt: Date | null;

  @Column({ type: 'text' })
  filter: MailboxFilterKind;

  /** Null: as the profile says. */
  @Column({ name: 'max_sends_per_minute', type: 'integer', nullable: true })
  maxSendsPerMinute: number | null;

  /** Since when somebody vouches for the address; null: it may not be synced. */
  @Column({ name: 'approved_at', type: 'timestamptz', nullable: true })
  approvedAt: Date | null;

  @Column({ type: 'text' })
  state: MailboxState;

  @Column({ name: 'state_since', type: 'timestamptz' })
  stateSince: Date;

  @Column({ name: 'state_version', type: 'integer' })
  stateVersion: number;

  @Column({ type: 'jsonb', nullable: true })
  failure: StoredFailure | null;

  @Column({ name: 'failed_probes', type: 'integer' })
  failedProbes: number;

  /** When a run last ended well, incoming or outgoing. */
  @Column({ name: 'last_sync_at', type: 'timestamptz', nullable: true })
  lastSyncAt: Date | null;

  /** The last passing trouble; null again after a run that ended well. */
  @Column({ name: 'last_error', type: 'jsonb', nullable: true })
  lastError: StoredFailure | null;

  /** Since when polls in a row have brought nothing that the history has a row of. */
  @Column({ name: 'quiet_since', type: 'timestamptz', nullable: true })
  quietSince: Date | null;

  @Column({ name: 'removed_at', type: 'timestamptz', nullable: true })
  removedAt: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}

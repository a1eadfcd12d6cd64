import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { OutgoingAttachment, OutgoingDraft } from '../../../drivers/port/mail-item.js';
import type { Sql } from '../../../platform/database/data-source.js';
import { storableJson, storableText } from '../../../platform/database/storable-text.js';
import { valuesList } from '../../../platform/database/values-list.js';
import type { StoredFailure } from '../../failures/failure.js';
import type { CustomHeader } from './custom-header.js';
import type { ExpectedAttachment } from './draft-attachments.js';
import type { Importance } from './outgoing-options.js';
import type { OutgoingPosition, OutgoingRecipients, OutgoingState, OutgoingStep } from './outgoing-state.js';

export interface NewOutgoing {
  readonly id: string;
  readonly mailboxId: string;
  readonly profileId: string;
  readonly internetMessageId: string;
  readonly subject: string;
  readonly recipients: OutgoingRecipients;
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: readonly OutgoingAttachment[];
  /** Null: its mailbox's own name. */
  readonly from: { readonly name: string | null; readonly address: string } | null;
  readonly replyToMessageId: string | null;
  readonly forwardOfMessageId: string | null;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly importance: Importance;
  readonly sendAt: Date | null;
  readonly saveToSentItems: boolean;
  readonly readReceipt: boolean;
  readonly deliveryReceipt: boolean;
  readonly headers: readonly CustomHeader[];
}

/** A message that a run has to do something about; without its content. */
export interface WaitingMessage {
  readonly id: string;
  readonly internetMessageId: string;
  readonly state: Extract<OutgoingState, 'pending' | 'sending' | 'cancelled'>;
  readonly position: OutgoingPosition;
  readonly attempts: number;
  /** Why the last try failed. */
  readonly failure: StoredFailure | null;
  /** It goes out in another mailbox's name. */
  readonly sendsAsOther: boolean;
  readonly saveToSentItems: boolean;
  /** A person had it sent again although it may have been delivered before. */
  readonly isRepeat: boolean;
  /** What its draft must hold. */
  readonly attachments: readonly ExpectedAttachment[];
}

export interface OutgoingChange {
  readonly state: OutgoingState;
  readonly position: OutgoingPosition;
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
  readonly failure: StoredFailure | null;
}

interface WaitingRow {
  readonly id: string;
  readonly internet_message_id: string;
  readonly state: WaitingMessage['state'];
  readonly step: OutgoingStep;
  readonly item_id: string | null;
  readonly change_key: string | null;
  readonly unseen_looks: number;
  readonly doubtful_submissions: number;
  readonly attempts: number;
  readonly failure: StoredFailure | null;
  readonly sends_as_other: boolean;
  readonly save_to_sent_items: boolean;
  readonly is_repeat: boolean;
  readonly attachments: readonly ExpectedAttachment[];
}

interface DraftRow {
  readonly internet_message_id: string;
  readonly subject: string;
  readonly recipients: OutgoingRecipients;
  readonly text_body: string | null;
  readonly html_body: string | null;
  readonly from_name: string | null;
  readonly from_address: string | null;
  readonly in_reply_to: string | null;
  readonly reference_ids: string[];
  readonly importance: Importance;
  readonly read_receipt: boolean;
  readonly delivery_receipt: boolean;
  readonly headers: CustomHeader[];
}

/** Word for word the condition of the index outgoing_messages_waiting, or the index is not used. */
const isWaiting = `(state IN ('pending', 'sending') OR (state = 'cancelled' AND step IN ('saving', 'saved')))`;

/** Names and sizes only, in the order in which `draftOf` gives the files. */
const attachmentsOf = `(SELECT coalesce(jsonb_agg(jsonb_build_object('name', a.filename, 'kind', CASE WHEN a.is_message THEN 'message' ELSE 'file' END,
  'sizeBytes', octet_length(a.bytes)) ORDER BY a.position), '[]') FROM outgoing_attachments a WHERE a.message_id = o.id)`;

/** The SQL of sending: the messages, and the journal of each one's way. */
@Injectable()
export class OutgoingStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * The mailbox a message is to go out from. The shared lock holds off changes of its state until the
   * commit: a recovery that starts in between would look for waiting messages and miss this one.
   */
  async lockMailbox(
    sql: Sql,
    id: string,
    profileIds: readonly string[] | null,
  ): Promise<{ profileId: string; emailAddress: string; state: string; outgoing: boolean } | null> {
    const [row] = await sql.query<{ profileId: string; emailAddress: string; state: string; outgoing: boolean }[]>(
      `SELECT profile_id AS "profileId", email_address AS "emailAddress", state, outgoing FROM mailboxes
       WHERE id = $1 AND removed_at IS NULL AND ($2::uuid[] IS NULL OR profile_id = ANY($2)) FOR SHARE`,
      [id, profileIds],
    );
    return row ?? null;
  }

  async insert(sql: Sql, message: NewOutgoing, now: Date): Promise<void> {
    await sql.query(
      `INSERT INTO outgoing_messages (id, mailbox_id, profile_id, state, internet_message_id, subject, recipients, text_body, html_body, created_at, updated_at,
         from_name, from_address, reply_to_message_id, forward_of_message_id, in_reply_to, reference_ids, importance, send_at, next_attempt_at,
         save_to_sent_items, read_receipt, delivery_receipt, headers)
       VALUES ($1, $2, $3, 'pending', $4, $5, $6, $7, $8, $9, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18, $19, $20, $21)`,
      [
        message.id,
        message.mailboxId,
        message.profileId,
        message.internetMessageId,
        storableText(message.subject),
        storableJson(message.recipients),
        message.text === null ? null : storableText(message.text),
        message.html === null ? null : storableText(message.html),
        now,
        message.from?.name == null ? null : storableText(message.from.name),
        message.from?.address ?? null,
        message.replyToMessageId,
        message.forwardOfMessageId,
        message.inReplyTo,
        message.references,
        message.importance,
        message.sendAt,
        message.saveToSentItems,
        message.readReceipt,
        message.deliveryReceipt,
        storableJson(message.headers),
      ],
    );
    if (message.attachments.length === 0) return;
    const { text, parameters } = valuesList(
      message.attachments.map((attachment, position) => ({ ...attachment, position })),
      [
        { type: 'integer', value: ({ position }) => position },
        { type: 'text', value: ({ name }) => storableText(name) },
        { type: 'text', value: ({ contentType }) => contentType },
        { type: 'text', value: ({ contentId }) => contentId },
        { type: 'boolean', value: ({ isInline }) => isInline },
        { type: 'bytea', value: ({ content }) => content },
        { type: 'boolean', value: ({ kind }) => kind === 'message' },
      ],
      2,
    );
    await sql.query(
      `INSERT INTO outgoing_attachments (message_id, position, filename, content_type, content_id, is_inline, bytes, is_message)
       SELECT $1::uuid, file.* FROM (${text}) AS file`,
      [message.id, ...parameters],
    );
  }

  /**
   * The next message due in the order of acceptance, passing over `tried`.
   * @param held the mailbox may not submit now: only what needs a look or a deletion
   */
  async nextWaiting(
    mailboxId: string,
    now: Date,
    tried: readonly string[],
    held = false,
  ): Promise<WaitingMessage | null> {
    const [row] = await this.dataSource.query<WaitingRow[]>(
      `SELECT id, internet_message_id, state, step, item_id, change_key, unseen_looks, doubtful_submissions, attempts, failure,
         from_address IS NOT NULL AS sends_as_other, save_to_sent_items, resent_at IS NOT NULL AS is_repeat, ${attachmentsOf} AS attachments FROM outgoing_messages o
       WHERE mailbox_id = $1 AND ${isWaiting} AND (next_attempt_at IS NULL OR next_attempt_at <= $2) AND id <> ALL($3::uuid[])
         AND (NOT $4::boolean OR state = 'cancelled' OR step = 'submitting')
       ORDER BY id LIMIT 1`,
      [mailboxId, now, tried, held],
    );
    if (!row) return null;
    return {
      id: row.id,
      internetMessageId: row.internet_message_id,
      state: row.state,
      position: {
        step: row.step,
        itemId: row.item_id,
        changeKey: row.change_key,
        unseenLooks: row.unseen_looks,
        doubtful: row.doubtful_submissions,
      },
      attempts: row.attempts,
      failure: row.failure,
      sendsAsOther: row.sends_as_other,
      saveToSentItems: row.save_to_sent_items,
      isRepeat: row.is_repeat,
      attachments: row.attachments,
    };
  }

  /**
   * When the earliest waiting message is due, `now` for one that waits for nothing; null when none waits.
   * @param heldUntil before then nothing is submitted
   */
  async nextDue(mailboxId: string, now: Date, heldUntil: Date | null = null): Promise<Date | null> {
    const [row] = await this.dataSource.query<{ due: Date | null }[]>(
      `SELECT min(greatest(next_attempt_at, $2::timestamptz, CASE WHEN state <> 'cancelled' AND step <> 'submitting' THEN $3::timestamptz END)) AS due
       FROM outgoing_messages WHERE mailbox_id = $1 AND ${isWaiting}`,
      [mailboxId, now, heldUntil],
    );
    return row?.due ?? null;
  }

  /** The whole message as it is to be saved on the server, with the bytes of its files. */
  async draftOf(id: string): Promise<OutgoingDraft> {
    const [row] = await this.dataSource.query<DraftRow[]>(
      `SELECT internet_message_id, subject, recipients, text_body, html_body, from_name, from_address, in_reply_to, reference_ids,
         importance, read_receipt, delivery_receipt, headers FROM outgoing_messages WHERE id = $1`,
      [id],
    );
    if (!row) throw new Error(`outgoing message ${id} is gone`);
    const attachments = await this.dataSource.query<OutgoingAttachment[]>(
      `SELECT CASE WHEN is_message THEN 'message' ELSE 'file' END AS kind, filename AS name, content_type AS "contentType", content_id AS "contentId",
         is_inline AS "isInline", bytes AS content
       FROM outgoing_attachments WHERE message_id = $1 ORDER BY position`,
      [id],
    );
    return {
      marker: id,
      internetMessageId: row.internet_message_id,
      ...row.recipients,
      subject: row.subject,
      text: row.text_body,
      html: row.html_body,
      attachments,
      from: row.from_address === null ? null : { name: row.from_name, address: row.from_address },
      importance: row.importance,
      inReplyTo: row.in_reply_to,
      references: row.reference_ids,
      readReceipt: row.read_receipt,
      deliveryReceipt: row.delivery_receipt,
      headers: row.headers,
    };
  }

  /**
   * Compare-and-set of a message's state, from where the caller knows it to be. Submissions in doubt are counted on
   * from what the row holds, so that the limit holds for the row and not for what a caller believes of it.
   * @throws the violation of outgoing_at_most_two_in_doubt for a third one, see `isTooManyInDoubt`
   * @returns false when it is there no more: cancelled, or removed with its mailbox
   */
  async change(
    sql: Sql,
    id: string,
    from: { readonly state: OutgoingState; readonly step: OutgoingStep; readonly doubtful: number },
    to: OutgoingChange,
    now: Date,
  ): Promise<boolean> {
    const [, changed] = await sql.query<[unknown[], number]>(
      `UPDATE outgoing_messages SET state = $4, step = $5, item_id = $6, change_key = $7, unseen_looks = $8, attempts = $9,
         next_attempt_at = $10, failure = $11, updated_at = $12, doubtful_submissions = doubtful_submissions + $13, sent_at = CASE WHEN $4 = 'sent' THEN $12::timestamptz END
       WHERE id = $1 AND state = $2 AND step = $3 RETURNING 1`,
      [
        id,
        from.state,
        from.step,
        to.state,
        to.position.step,
        to.position.itemId,
        to.position.changeKey,
        to.position.unseenLooks,
        to.attempts,
        to.nextAttemptAt,
        to.failure ? storableJson(to.failure) : null,
        now,
        to.position.doubtful - from.doubtful,
      ],
    );
    return changed > 0;
  }

  /** Whether the mailbox got another message out since: then the server works, and a message that fails is itself to blame. */
  async sentSince(mailboxId: string, time: Date): Promise<boolean> {
    const [row] = await this.dataSource.query<{ sent: boolean }[]>(
      `SELECT EXISTS (SELECT FROM outgoing_messages WHERE mailbox_id = $1 AND state = 'sent' AND sent_at > $2) AS sent`,
      [mailboxId, time],
    );
    return row?.sent ?? false;
  }
}

/** Whether the database refused a submission because two are in doubt already. */
export function isTooManyInDoubt(error: unknown): boolean {
  return (error as { constraint?: unknown } | null)?.constraint === 'outgoing_at_most_two_in_doubt';
}

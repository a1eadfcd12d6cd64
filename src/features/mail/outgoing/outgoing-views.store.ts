import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';
import type { StoredFailure } from '../../failures/failure.js';
import type { ThreadMatch } from '../threads/thread-match.js';
import type { CustomHeader } from './custom-header.js';
import type { Importance } from './outgoing-options.js';
import type { OutgoingRecipients, OutgoingState, OutgoingStep } from './outgoing-state.js';
import type { HoldReason } from './waiting-reason.js';

/** A message as people see it. */
export interface OutgoingView {
  readonly id: string;
  readonly mailboxId: string;
  readonly profileId: string;
  /** Of the mailbox that sends it. */
  readonly emailAddress: string;
  readonly state: OutgoingState;
  readonly step: OutgoingStep;
  /** A person had it sent again although it may have been delivered before. */
  readonly resentAt: Date | null;
  readonly subject: string;
  readonly recipients: OutgoingRecipients;
  readonly internetMessageId: string;
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
  readonly failure: StoredFailure | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly sentAt: Date | null;
  readonly threadId: string | null;
  readonly threadMatch: ThreadMatch | null;
  readonly contentRemovedAt: Date | null;
  readonly fromName: string | null;
  readonly fromAddress: string | null;
  readonly importance: Importance;
  readonly sendAt: Date | null;
  /** Of the whole mailbox's sending; may be over. */
  readonly heldUntil: Date | null;
  readonly holdReason: HoldReason | null;
}

export interface OutgoingContentView {
  readonly inReplyToMessageId: string | null;
  readonly forwardOfMessageId: string | null;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly saveToSentItems: boolean;
  readonly readReceipt: boolean;
  readonly deliveryReceipt: boolean;
  readonly headers: readonly CustomHeader[];
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: readonly {
    readonly filename: string;
    readonly contentType: string;
    readonly contentId: string | null;
    readonly isInline: boolean;
    readonly sizeBytes: number;
  }[];
}

export interface OutgoingFilter {
  readonly profileIds: readonly string[] | null;
  readonly profileId: string | null;
  readonly mailboxId: string | null;
  /** Null: whatever its state. */
  readonly states: readonly OutgoingState[] | null;
  /** Text of a tsquery; null: whatever the words. */
  readonly words: string | null;
  readonly before: string | null;
  readonly limit: number;
}

const columns = `
  o.id, o.mailbox_id AS "mailboxId", o.profile_id AS "profileId", m.email_address AS "emailAddress", o.state, o.step, o.resent_at AS "resentAt", o.subject, o.recipients,
  o.internet_message_id AS "internetMessageId", o.attempts, o.next_attempt_at AS "nextAttemptAt", o.failure,
  o.created_at AS "createdAt", o.updated_at AS "updatedAt", o.sent_at AS "sentAt", o.content_removed_at AS "contentRemovedAt",
  o.from_name AS "fromName", o.from_address AS "fromAddress", o.importance, o.send_at AS "sendAt", h.held_until AS "heldUntil", h.reason AS "holdReason", t.thread_id AS "threadId", t.match AS "threadMatch"`;

/** With its mailbox a message disappears at once, though its row is cleared away later. */
const visible = 'JOIN mailboxes m ON m.id = o.mailbox_id AND m.removed_at IS NULL';
const joined = `${visible}
  LEFT JOIN outgoing_holds h ON h.mailbox_id = o.mailbox_id LEFT JOIN thread_messages t ON t.outgoing_id = o.id`;
const source = `outgoing_messages o ${joined}`;

/** A page of a word that many messages hold is found among so many of the newest. */
const firstLook = 2_000;

/** The SQL of reading outgoing messages for people, and of what people do to them. */
@Injectable()
export class OutgoingViewsStore {
  async find(sql: Sql, id: string, profileIds: readonly string[] | null): Promise<OutgoingView | null> {
    const [row] = await sql.query<OutgoingView[]>(
      `SELECT ${columns} FROM ${source} WHERE o.id = $1 AND ($2::uuid[] IS NULL OR o.profile_id = ANY($2))`,
      [id, profileIds],
    );
    return row ?? null;
  }

  async contentOf(sql: Sql, id: string): Promise<OutgoingContentView> {
    const [content] = await sql.query<Omit<OutgoingContentView, 'attachments'>[]>(
      `SELECT text_body AS text, html_body AS html, reply_to_message_id AS "inReplyToMessageId", forward_of_message_id AS "forwardOfMessageId",
         in_reply_to AS "inReplyTo", reference_ids AS "references", save_to_sent_items AS "saveToSentItems", read_receipt AS "readReceipt",
         delivery_receipt AS "deliveryReceipt", headers FROM outgoing_messages WHERE id = $1`,
      [id],
    );
    if (!content) throw new Error(`outgoing message ${id} is gone`);
    const attachments = await sql.query<OutgoingContentView['attachments'][number][]>(
      `SELECT filename, content_type AS "contentType", content_id AS "contentId", is_inline AS "isInline", octet_length(bytes) AS "sizeBytes"
       FROM outgoing_attachments WHERE message_id = $1 ORDER BY position`,
      [id],
    );
    return { ...content, attachments };
  }

  /** Newest first. */
  async list(sql: Sql, filter: OutgoingFilter): Promise<OutgoingView[]> {
    if (filter.words === null) return sql.query<OutgoingView[]>(...listing(filter));
    // As messages are searched, see message-search.store.ts.
    const recent = filter.profileIds === null ? await sql.query<OutgoingView[]>(...amongNewest(filter)) : [];
    return recent.length === filter.limit ? recent : sql.query<OutgoingView[]>(...byWords(filter));
  }

  /** @returns the mailbox to wake, where a draft of the message may lie on the server; false when it could not be cancelled */
  async cancel(sql: Sql, id: string, now: Date): Promise<{ leavesDraft: boolean } | false> {
    const [rows] = await sql.query<[{ step: OutgoingStep }[], number]>(
      `UPDATE outgoing_messages SET state = 'cancelled', attempts = 0, next_attempt_at = NULL, updated_at = $2 WHERE id = $1 AND state = 'pending' AND doubtful_submissions = 0 AND resent_at IS NULL RETURNING step`,
      [id, now],
    );
    return rows[0] ? { leavesDraft: rows[0].step !== 'new' } : false;
  }

  /**
   * Puts a failed message back among the waiting ones. It keeps its step: one that may have been submitted is looked
   * for before anything else happens, and so is no pending one.
   */
  async retry(sql: Sql, id: string, now: Date): Promise<boolean> {
    const [, retried] = await sql.query<[unknown[], number]>(
      `UPDATE outgoing_messages SET state = CASE WHEN step = 'submitting' OR resent_at IS NOT NULL THEN 'sending' ELSE 'pending' END,
         attempts = 0, unseen_looks = 0, next_attempt_at = NULL, failure = NULL, updated_at = $2
       WHERE id = $1 AND state = 'failed' AND content_removed_at IS NULL RETURNING 1`,
      [id, now],
    );
    return retried > 0;
  }

  /**
   * The same for one that may have been delivered, which a person wants to be sent again. What is in doubt counts no
   * more; it is looked for once, for it may show by now.
   */
  async sendAgain(sql: Sql, id: string, now: Date): Promise<boolean> {
    const [, retried] = await sql.query<[unknown[], number]>(
      `UPDATE outgoing_messages SET state = 'sending', step = 'saving', item_id = NULL, change_key = NULL, doubtful_submissions = 0,
         resent_at = $2, attempts = 0, unseen_looks = ${looksDone}, next_attempt_at = NULL, failure = NULL, updated_at = $2
       WHERE id = $1 AND ${mayHaveBeenDelivered} AND content_removed_at IS NULL RETURNING 1`,
      [id, now],
    );
    return retried > 0;
  }

  /** A person knows that it was delivered. */
  async markSent(sql: Sql, id: string, now: Date): Promise<boolean> {
    const [, marked] = await sql.query<[unknown[], number]>(
      `UPDATE outgoing_messages SET state = 'sent', step = 'submitted', doubtful_submissions = 0, next_attempt_at = NULL, failure = NULL,
         sent_at = $2, updated_at = $2
       WHERE id = $1 AND ${mayHaveBeenDelivered} RETURNING 1`,
      [id, now],
    );
    return marked > 0;
  }
}

/** A person has decided, so that nothing is waited for any more. */
const looksDone = 9;
const mayHaveBeenDelivered = `state = 'failed' AND (step = 'submitting' OR resent_at IS NOT NULL)`;

type Query = [sql: string, parameters: unknown[]];
/** Adds a parameter. @returns its place in the text */
type Place = (value: unknown) => string;

function placed(): { parameters: unknown[]; at: Place } {
  const parameters: unknown[] = [];
  return { parameters, at: (value) => `$${parameters.push(value)}` };
}

/** Only the conditions that are asked for, so that the planner can pick the index of each of them. */
function rangeOf({ profileIds, profileId, mailboxId, before }: OutgoingFilter, at: Place): string {
  const where = ['true'];
  if (profileIds !== null) where.push(`o.profile_id = ANY(${at(profileIds)}::uuid[])`);
  if (profileId !== null) where.push(`o.profile_id = ${at(profileId)}::uuid`);
  if (mailboxId !== null) where.push(`o.mailbox_id = ${at(mailboxId)}::uuid`);
  if (before !== null) where.push(`o.id < ${at(before)}::uuid`);
  return where.join(' AND ');
}

function listing(filter: OutgoingFilter): Query {
  const { parameters, at } = placed();
  const [range, limit] = [rangeOf(filter, at), at(filter.limit)];
  const newest = (state: string) =>
    `(SELECT ${columns} FROM ${source} WHERE ${range} AND ${state} ORDER BY o.id DESC LIMIT ${limit})`;
  // Each state by its index, which holds the newest of one state and not of several.
  const pages = filter.states?.map((state) => newest(`o.state = ${at(state)}`)) ?? [newest('true')];
  return [`SELECT * FROM (${pages.join(' UNION ALL ')}) page ORDER BY id DESC LIMIT ${limit}`, parameters];
}

const isFound = ({ words, states }: OutgoingFilter, at: Place): string =>
  `w.words @@ ${at(words)}::tsquery${states === null ? '' : ` AND o.state = ANY(${at(states)}::text[])`}`;

function amongNewest(filter: OutgoingFilter): Query {
  const { parameters, at } = placed();
  const newest = `(SELECT * FROM outgoing_messages o WHERE ${rangeOf(filter, at)} ORDER BY o.id DESC LIMIT ${at(firstLook)})`;
  return [
    `SELECT ${columns} FROM ${newest} o ${joined} JOIN outgoing_words w ON w.outgoing_id = o.id
     WHERE ${isFound(filter, at)} ORDER BY o.id DESC LIMIT ${at(filter.limit)}`,
    parameters,
  ];
}

function byWords(filter: OutgoingFilter): Query {
  const { parameters, at } = placed();
  return [
    `WITH found AS MATERIALIZED (
       SELECT o.id FROM outgoing_words w JOIN outgoing_messages o ON o.id = w.outgoing_id WHERE ${isFound(filter, at)} AND ${rangeOf(filter, at)}
     ), page AS MATERIALIZED (
       SELECT f.id FROM found f JOIN outgoing_messages o ON o.id = f.id ${visible}
       ORDER BY f.id DESC LIMIT ${at(filter.limit)}
     ) SELECT ${columns} FROM page JOIN outgoing_messages o ON o.id = page.id ${joined} ORDER BY o.id DESC`,
    parameters,
  ];
}

import { z } from 'zod';
import { pageSchema } from '../../platform/http/page.js';
import { emailAddress, oneLine, plainText } from '../../platform/http/validation.js';
import { incidentActs, type IncidentActRow } from './incident-acts.store.js';

const time = z.iso.datetime();

export const actor = z
  .object({
    id: z.uuid().describe('Of the API key or user'),
    name: z.string().describe('Of the API key or user at that time'),
  })
  .meta({ id: 'Actor' });

export const snooze = z
  .strictObject({
    until: z.iso
      .datetime({ offset: true, message: 'must be a time such as 2026-01-31T08:00:00Z' })
      .nullable()
      .describe('At most 90 days ahead; null: the snooze ends now'),
  })
  .meta({ id: 'IncidentSnooze' });

export const assignment = z
  .strictObject({
    assignee: z
      .strictObject({ name: oneLine(200).trim().min(1), email: emailAddress })
      .nullable()
      .describe('Who is mailed from now on in place of the owner; null: the owner again'),
  })
  .meta({ id: 'IncidentAssignment' });

export const newComment = z.strictObject({ text: plainText(10_000).trim().min(1) }).meta({ id: 'NewIncidentComment' });

export const commentAnswer = z
  .object({ id: z.uuid(), text: z.string(), by: actor, at: time })
  .meta({ id: 'IncidentComment' });
export type CommentAnswer = z.output<typeof commentAnswer>;
export const commentPage = pageSchema(commentAnswer).meta({ id: 'IncidentCommentPage' });

export const actAnswer = z.object({
  id: z.uuid(),
  act: z.enum(incidentActs),
  by: actor,
  at: time,
  data: z
    .record(z.string(), z.unknown())
    .describe(
      'snoozed: `until`, null when somebody ended it; reassigned: `assignee`; checked: `mailboxes`; commented: `text`',
    ),
});

export const showComment = (row: IncidentActRow): CommentAnswer => ({
  id: row.id,
  text: String(row.data.text),
  by: row.done_by,
  at: row.done_at.toISOString(),
});

export const showAct = (row: IncidentActRow): z.output<typeof actAnswer> => ({
  id: row.id,
  act: row.act,
  by: row.done_by,
  at: row.done_at.toISOString(),
  data: row.data,
});

import { z } from 'zod';

/** Whatever a control call says about one mailbox. */
export const mailboxSeed = z.object({
  address: z.email(),
  displayName: z.string().optional(),
  aliases: z.array(z.email()).optional(),
  upn: z.string().optional(),
  sid: z.string().optional(),
  password: z.string().optional(),
  groups: z.array(z.string()).optional(),
});

const person = z.union([z.string(), z.object({ name: z.string().optional(), address: z.string() })]);
const people = z.union([person, z.array(person)]);
const date = z.union([z.date(), z.string(), z.number()]);

/** A message to be delivered: either a whole MIME message or the parts of one. */
export const deliverable = z.object({
  /** How many; with more than one the subject and the Message-ID are numbered. */
  count: z.number().int().min(1).max(1_000_000).optional(),
  /** MIME as text or base64. */
  eml: z.union([z.string(), z.instanceof(Uint8Array)]).optional(),
  from: person.optional(),
  to: people.optional(),
  cc: people.optional(),
  replyTo: people.optional(),
  subject: z.string().optional(),
  text: z.string().optional(),
  html: z.string().optional(),
  /** The Date header. */
  date: date.optional(),
  /** When it came in; with `count` the copies follow each other by one second. */
  receivedAt: date.optional(),
  /** With angle brackets. */
  messageId: z.string().optional(),
  inReplyTo: z.string().optional(),
  references: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  attachments: z
    .array(
      z.object({
        name: z.string(),
        contentType: z.string().optional(),
        /** Text, or base64 when `encoding` says so, or bytes. */
        content: z.union([z.string(), z.instanceof(Uint8Array)]),
        encoding: z.enum(['utf8', 'base64']).optional(),
        contentId: z.string().optional(),
        inline: z.boolean().optional(),
      }),
    )
    .optional(),
  /** A distinguished name, an id or a display name; the inbox when absent. */
  folder: z.string().optional(),
  isRead: z.boolean().optional(),
});

export type Deliverable = z.infer<typeof deliverable>;
export type PersonRequest = z.infer<typeof person>;

export const scopeChange = z.union([z.literal('all'), z.array(z.string()), z.object({ group: z.string() })]);
export type ScopeChange = z.infer<typeof scopeChange>;

const injectedFault = z.union([
  z.strictObject({
    code: z.string(),
    backOffMs: z.number().optional(),
    message: z.string().optional(),
    values: z.record(z.string(), z.string()).optional(),
  }),
  z.strictObject({
    http: z.number().int(),
    body: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
  z.strictObject({ dropBefore: z.literal(true) }),
  z.strictObject({ dropAfterCommit: z.literal(true) }),
  z.strictObject({ truncate: z.literal(true) }),
  z.strictObject({ delayMs: z.number().min(0) }),
  z.strictObject({ itemError: z.string() }),
  z.strictObject({ innerServerBusy: z.literal(true) }),
  z.strictObject({ html: z.literal(true) }),
  z.strictObject({ raw: z.string() }),
]);

export const faultRule = z.object({
  operation: z.string().optional(),
  address: z.string().optional(),
  times: z.number().int().min(1),
  fault: injectedFault,
});

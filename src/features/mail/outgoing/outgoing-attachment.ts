import { z } from 'zod';
import { defineProblem, Problem } from '../../../platform/http/problem.js';
import { megabyte } from '../../../platform/http/route-settings.js';
import { oneLine } from '../../../platform/http/validation.js';

/**
 * Together, decoded. Exchange takes requests of 64 MB by default and a message must fit one when it is
 * fetched again; base64 makes 60 of these 45.
 */
export const maxAttachmentBytes = 45 * megabyte;
export const maxAttachments = 100;

export const attachmentsTooLarge = defineProblem({
  code: 'attachments-too-large',
  status: 413,
  title: `The attachments are larger than ${maxAttachmentBytes / megabyte} MB together`,
  retryable: false,
  remediation: 'Send fewer or smaller files, or a link to them.',
});

const isFileName = (value: string) => !/[/\\]/.test(value) && !/^\.{0,2}$/.test(value);

/** Decodes base64 that is nothing else: Node by itself skips over whatever does not belong. */
const base64 = z
  .string()
  .refine((text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text), {
    message: 'must be base64 without line breaks',
  })
  .transform((text) => Buffer.from(text, 'base64'));

const fileName = oneLine(255).refine(isFileName, { message: 'must be a file name, without a path' });

export const newAttachment = z
  .strictObject({
    filename: fileName.optional(),
    name: fileName.optional().meta({ deprecated: true, description: 'The former name of `filename`' }),
    contentType: z
      .string()
      .max(255)
      .regex(/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(;[\x20-\x7e]*)?$/, 'must be a media type such as application/pdf')
      .default('application/octet-stream'),
    contentId: z
      .string()
      .max(255)
      .regex(/^[!-;=?-~]+$/, 'must be printable ASCII without spaces and <>')
      .nullable()
      .default(null)
      .describe('What the HTML calls an inline file by: `<img src="cid:…">`'),
    isInline: z.boolean().default(false).describe('Shown inside the HTML; needs a `contentId`'),
    content: base64.describe('base64'),
  })
  .refine(({ isInline, contentId }) => !isInline || contentId !== null, {
    path: ['contentId'],
    message: 'is needed for an inline attachment',
  })
  .refine(({ filename, name }) => (filename === undefined) !== (name === undefined), {
    path: ['filename'],
    message: 'is needed, and by this name only',
  })
  .transform(({ filename, name, ...attachment }) => ({ ...attachment, name: filename ?? name ?? '' }));

/** @throws Problem attachments-too-large */
export function checkAttachmentSize(attachments: readonly { readonly content: Buffer }[]): void {
  const bytes = attachments.reduce((sum, { content }) => sum + content.length, 0);
  if (bytes <= maxAttachmentBytes) return;
  throw new Problem(
    attachmentsTooLarge,
    `The attachments have ${(bytes / megabyte).toFixed(1)} MB together; at most ${maxAttachmentBytes / megabyte} MB are sent.`,
  );
}

import { MailServerError } from '../../../drivers/port/mail-error.js';
import type { ItemRef, OutgoingDraft, SavedDraft } from '../../../drivers/port/mail-item.js';
import type { MailboxSession } from '../../../drivers/port/mail-server.js';
import { classify, consequenceOf } from '../../failures/classify.js';
import type { Failure } from '../../failures/failure.js';
import { compareAttachments, type ExpectedAttachment } from './draft-attachments.js';
import type { ServerKnowledge } from './server-knowledge.js';

/** Ours: the server took the draft, and then did not hold all of its attachments. */
export const attachmentNotTaken = 'AttachmentNotTaken';

export interface DraftTrouble {
  readonly failure: Failure;
  readonly error: unknown;
}

export type PreparedDraft =
  /** `wasRead`: the draft was found by its id. */
  | { readonly state: 'ready'; readonly ref: ItemRef; readonly wasRead: boolean }
  | { readonly state: 'gone' }
  | { readonly state: 'incomplete'; readonly trouble: DraftTrouble };

interface PreparationPorts {
  readonly session: Pick<MailboxSession, 'readDraft' | 'addAttachments'>;
  readonly signal: AbortSignal;
  readonly server: ServerKnowledge;
  readonly attachments: readonly ExpectedAttachment[];
  draft(): Promise<OutgoingDraft>;
}

/**
 * Reads a draft before it is submitted, where something depends on it: whether it holds its attachments, and what
 * is not known of the server yet. Attachments that the server dropped are added.
 * @param id our own id of the message, the marker of its draft
 * @throws MailServerError when the draft could not be looked at now
 */
export async function prepareDraft(id: string, ref: ItemRef, ports: PreparationPorts): Promise<PreparedDraft> {
  const { session, signal, server, attachments } = ports;
  const needsRead = attachments.length > 0;
  if (!needsRead && !server.due.marker && !server.due.draft) return { state: 'ready', ref, wasRead: false };
  const read = async (): Promise<SavedDraft | null> => session.readDraft(ref.id, { signal });
  let saved: SavedDraft | null;
  try {
    saved = await read();
  } catch (error) {
    if (!(error instanceof MailServerError) || !isDispensable(error, needsRead)) throw error;
    return { state: 'ready', ref, wasRead: false };
  }
  if (saved === null) return needsRead ? { state: 'gone' } : { state: 'ready', ref, wasRead: false };
  if (server.due.marker) await server.learn('keepsMarker', saved.marker === id);
  const { missing } = compareAttachments(attachments, saved.attachments);
  if (missing.length > 0) {
    const all = (await ports.draft()).attachments;
    const added = all.filter((_, place) => missing.includes(place));
    try {
      await session.addAttachments(saved, added, { signal });
    } catch (error) {
      if (!(error instanceof MailServerError) || !isRefusal(error)) throw error;
      return { state: 'incomplete', trouble: troubleOf(namesOf(attachments, missing), error) };
    }
    saved = await read();
    if (saved === null) return { state: 'gone' };
  }
  const { missing: dropped, cutShort } = compareAttachments(attachments, saved.attachments);
  const lacking = [...dropped, ...cutShort];
  if (lacking.length > 0) return { state: 'incomplete', trouble: troubleOf(namesOf(attachments, lacking), null) };
  return { state: 'ready', ref: { id: saved.id, changeKey: saved.changeKey }, wasRead: true };
}

/**
 * Whether the message goes on without the look: what is only to be learnt is not worth a message, and an account that
 * may send and not read is asked in vain each time. A request for quiet is respected.
 */
function isDispensable(error: MailServerError, needsRead: boolean): boolean {
  const failure = classify(error);
  if (['throttle-profile', 'suspend-profile'].includes(consequenceOf(failure))) return false;
  return !needsRead || (error.details.origin === 'response' && failure.retry === 'never');
}

const namesOf = (attachments: readonly ExpectedAttachment[], places: readonly number[]): readonly string[] =>
  places.flatMap((place) => attachments[place]?.name ?? []);

/** The attachment is refused, and will be each time; anything else may pass. */
function isRefusal(error: MailServerError): boolean {
  const failure = classify(error);
  return error.details.origin === 'response' && failure.retry === 'never' && consequenceOf(failure) === 'retry-later';
}

function troubleOf(names: readonly string[], error: MailServerError | null): DraftTrouble {
  const listed = names.map((name) => `“${name}”`).join(', ');
  const said = error === null ? 'It answered with success, and the draft does not hold it whole.' : error.details.text;
  const failure: Failure = {
    code: attachmentNotTaken,
    origin: null,
    kind: 'other',
    category: 'item-permanent',
    scope: 'item',
    retry: 'never',
    operation: 'CreateAttachment',
    message: `The server did not take ${listed}. ${said}`,
    values: { attachments: names.join(', '), ...(error === null ? {} : { cause: error.code }) },
    backOffMs: null,
    effectPossible: false,
    diagnostics: error?.details.diagnostics ?? null,
    answer: error?.details.answer ?? null,
    hostWords: error?.details.hostWords ?? null,
  };
  return { failure, error: error ?? new Error(failure.message) };
}

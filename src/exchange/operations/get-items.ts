import { MailServerError } from '../../mail/mail-error.js';
import type { FetchResult } from '../../mail/mail-item.js';
import type { EwsAnswer } from '../ews-answer.js';
import type { OperationContext } from '../ews-operation.js';
import { attribute, child, type XmlElement } from '../soap/element.js';
import { itemOf, readFetchedItem } from './fetched-item.js';
import { additionalProperties, SEARCH_KEY_PROPERTY } from './property-paths.js';

/** Every kind of item has these. */
const ITEM_FIELDS = [
  'item:ItemClass',
  'item:Subject',
  'item:DateTimeReceived',
  'item:DateTimeSent',
  'item:Size',
  'item:Importance',
  'item:InReplyTo',
] as const;

const MESSAGE_FIELDS = [
  'message:InternetMessageId',
  'message:IsRead',
  'message:From',
  'message:Sender',
  'message:ToRecipients',
  'message:CcRecipients',
  'message:BccRecipients',
  'message:ReplyTo',
  'message:References',
] as const;

/** What is asked of each item. */
type Shape = 'mime' | 'headers';

/** One item can make a whole batch fail in these ways; alone, each of the others comes through. */
const BATCH_TROUBLES = new Set(['ErrorTimeoutExpired', 'AnswerTooLarge', 'InvalidXml']);

/**
 * GetItem (messages.xsd `GetItemType`) with MIME: one result per id, in the order asked. A batch
 * that is too slow, too large or unreadable is halved until the items at fault stand alone.
 * @throws MailServerError when the call failed as a whole, or none of the items came through.
 */
export async function fetchItems(
  context: OperationContext,
  itemIds: readonly string[],
  signal?: AbortSignal,
): Promise<FetchResult[]> {
  return fetchAll(context, itemIds, 'mime', signal);
}

/** The same without MIME and bodies, but with the internet headers: what can be told before a message is fetched. */
export async function fetchItemHeaders(
  context: OperationContext,
  itemIds: readonly string[],
  signal?: AbortSignal,
): Promise<FetchResult[]> {
  return fetchAll(context, itemIds, 'headers', signal);
}

async function fetchAll(
  context: OperationContext,
  itemIds: readonly string[],
  shape: Shape,
  signal: AbortSignal | undefined,
): Promise<FetchResult[]> {
  if (itemIds.length === 0) return [];
  const results = await fetchBatch(context, itemIds, shape, signal);
  const [first] = results;
  // All failed alike: that is the server's trouble, not the items'. Too large is always the item's.
  if (first?.ok === false && first.error.code !== 'AnswerTooLarge' && isBatchTrouble(first.error)) {
    const { code } = first.error;
    if (results.every((result) => !result.ok && result.error.code === code)) throw first.error;
  }
  return results;
}

async function fetchBatch(
  context: OperationContext,
  itemIds: readonly string[],
  shape: Shape,
  signal: AbortSignal | undefined,
): Promise<FetchResult[]> {
  try {
    return await getAnyItems(context, itemIds, shape, signal);
  } catch (error) {
    if (!isBatchTrouble(error)) throw error;
    const [itemId, ...others] = itemIds;
    if (itemId === undefined) return [];
    if (others.length === 0) return [{ ok: false, itemId, error }];
    const middle = Math.ceil(itemIds.length / 2);
    return [
      ...(await fetchBatch(context, itemIds.slice(0, middle), shape, signal)),
      ...(await fetchBatch(context, itemIds.slice(middle), shape, signal)),
    ];
  }
}

function isBatchTrouble(error: unknown): error is MailServerError {
  return error instanceof MailServerError && BATCH_TROUBLES.has(error.code);
}

/** Items that are no messages (posts, appointments put into a mail folder) refuse a message's fields, and come without. */
async function getAnyItems(
  context: OperationContext,
  itemIds: readonly string[],
  shape: Shape,
  signal: AbortSignal | undefined,
): Promise<FetchResult[]> {
  const results = await getItems(context, itemIds, [...ITEM_FIELDS, ...MESSAGE_FIELDS], shape, signal);
  const refused = results.filter((result) => !result.ok && result.error.code === 'ErrorInvalidPropertyRequest');
  if (refused.length === 0) return results;
  const ids = refused.map((result) => result.itemId);
  const again = new Map(
    (await getItems(context, ids, ITEM_FIELDS, shape, signal)).map((result) => [result.itemId, result]),
  );
  return results.map((result) => again.get(result.itemId) ?? result);
}

async function getItems(
  context: OperationContext,
  itemIds: readonly string[],
  fields: readonly string[],
  shape: Shape,
  signal: AbortSignal | undefined,
): Promise<FetchResult[]> {
  const wanted = shape === 'mime' ? fields : [...fields, 'item:InternetMessageHeaders'];
  const answer = await context.call(
    {
      name: 'GetItem',
      changes: false,
      body: (version) => ({
        'm:GetItem': {
          'm:ItemShape': {
            't:BaseShape': 'IdOnly',
            't:IncludeMimeContent': shape === 'mime',
            't:AdditionalProperties': additionalProperties(
              // ConversationId came with 2010; an older server refuses the whole request for it.
              version === 'Exchange2007_SP1' ? wanted : [...wanted, 'item:ConversationId'],
              [SEARCH_KEY_PROPERTY],
            ),
          },
          'm:ItemIds': { 't:ItemId': itemIds.map((id) => ({ '@Id': id })) },
        },
      }),
    },
    signal,
  );
  return matchResults(answer, itemIds);
}

/**
 * Gives each asked id its response message: the one with that item in it, else the one at its
 * place. Places count only as long as the items that did come stand at theirs.
 */
function matchResults(answer: EwsAnswer, itemIds: readonly string[]): FetchResult[] {
  const byId = new Map<string, XmlElement>();
  const ids = answer.messages.map((message) => attribute(child(itemOf(message), 'ItemId'), 'Id'));
  ids.forEach((id, index) => {
    const message = answer.messages[index];
    if (id !== null && message !== undefined) byId.set(id, message);
  });
  const asked = new Set(itemIds);
  const inPlace = ids.every((id, index) => id === null || id === itemIds[index] || !asked.has(id));
  const complete = answer.messages.length === itemIds.length;
  return itemIds.map((itemId, index) => {
    const placed = inPlace ? answer.messages[index] : undefined;
    // An unknown id at a place is the asked item under a newer id only when nothing is missing.
    const usable = placed !== undefined && (complete || ids[index] === null) ? placed : undefined;
    return readResult(answer, itemId, byId.get(itemId) ?? usable);
  });
}

function readResult(answer: EwsAnswer, itemId: string, message: XmlElement | undefined): FetchResult {
  const failed = (error: MailServerError): FetchResult => ({ ok: false, itemId, error });
  if (message === undefined) return failed(answer.unexpected('the server left the item out of its answer'));
  const element = itemOf(message);
  const error = answer.errorOf(message, element);
  if (error !== null) return failed(error);
  const item = element === null ? null : readFetchedItem(element);
  if (item === null) return failed(answer.unexpected('the answer has no item'));
  if (child(element, 'MimeContent')?.damaged === true) {
    return failed(answer.unexpected('the MIME content is not base64'));
  }
  return { ok: true, itemId, item };
}

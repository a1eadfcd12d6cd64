import { MailServerError } from '../../port/mail-error.js';
import type { FetchResult } from '../../port/mail-item.js';
import type { EwsAnswer } from '../ews-answer.js';
import type { OperationContext } from '../ews-operation.js';
import { attribute, child, type XmlElement } from '../soap/element.js';
import { itemOf, namesOnly, readFetchedItem } from './fetched-item.js';
import { isPropertyRefusal, itemPropertySteps, propertiesOf, type PropertyStep } from './property-steps.js';

/** What is asked of each item. */
type Shape = 'mime' | 'headers';

/** GetItem (messages.xsd `GetItemType`) with MIME: one result per id, in the order asked. */
export async function fetchItems(
  context: OperationContext,
  itemIds: readonly string[],
  signal?: AbortSignal,
): Promise<FetchResult[]> {
  return fetchAll(context, itemIds, 'mime', signal);
}

/** The same without MIME and bodies: what can be told before a message is fetched. */
export async function fetchItemHeaders(
  context: OperationContext,
  itemIds: readonly string[],
  signal?: AbortSignal,
): Promise<FetchResult[]> {
  return fetchAll(context, itemIds, 'headers', signal);
}

/**
 * Items that refuse a property come with fewer: those that are no messages (posts, appointments put into a mail
 * folder) have none of a message's, and some servers know fewer than Exchange or refuse the whole call over one.
 */
async function fetchAll(
  context: OperationContext,
  itemIds: readonly string[],
  shape: Shape,
  signal: AbortSignal | undefined,
): Promise<FetchResult[]> {
  const found = new Map<string, FetchResult>();
  let open = itemIds;
  for (const properties of itemPropertySteps) {
    if (open.length === 0) break;
    const results = await getItems(context, open, properties, shape, signal);
    for (const result of results) found.set(result.itemId, result);
    open = results.flatMap((result) => (!result.ok && isPropertyRefusal(result.error) ? [result.itemId] : []));
  }
  return itemIds.flatMap((itemId) => found.get(itemId) ?? []);
}

async function getItems(
  context: OperationContext,
  itemIds: readonly string[],
  properties: PropertyStep,
  shape: Shape,
  signal: AbortSignal | undefined,
): Promise<FetchResult[]> {
  try {
    const answer = await context.call(
      {
        name: 'GetItem',
        changes: false,
        isAnswer: (answer) => namesOnly(answer, itemIds),
        body: (version) => ({
          'm:GetItem': {
            'm:ItemShape': {
              't:BaseShape': 'IdOnly',
              't:IncludeMimeContent': shape === 'mime',
              't:AdditionalProperties': propertiesOf(properties, version),
            },
            'm:ItemIds': { 't:ItemId': itemIds.map((id) => ({ '@Id': id })) },
          },
        }),
      },
      signal,
    );
    return matchResults(answer, itemIds, context.now());
  } catch (error) {
    if (!(error instanceof MailServerError) || !isPropertyRefusal(error)) throw error;
    return itemIds.map((itemId) => ({ ok: false, itemId, error }));
  }
}

/**
 * Gives each asked id its response message: the one with that item in it, else the one at its
 * place. Places count only as long as the items that did come stand at theirs.
 */
function matchResults(answer: EwsAnswer, itemIds: readonly string[], now: Date): FetchResult[] {
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
    // An unknown id at a place is the asked item under a newer id only when nothing is missing; the client
    // has made sure that the answer is not another request's.
    const usable = placed !== undefined && (complete || ids[index] === null) ? placed : undefined;
    return readResult(answer, itemId, byId.get(itemId) ?? usable, now);
  });
}

function readResult(answer: EwsAnswer, itemId: string, message: XmlElement | undefined, now: Date): FetchResult {
  const failed = (error: MailServerError): FetchResult => ({ ok: false, itemId, error });
  if (message === undefined) return failed(answer.unexpected('the server left the item out of its answer'));
  const element = itemOf(message);
  const error = answer.errorOf(message, element);
  if (error !== null) return failed(error);
  const item = element === null ? null : readFetchedItem(element, now);
  if (item === null) return failed(answer.unexpected('the answer has no item'));
  if (child(element, 'MimeContent')?.damaged === true) {
    return failed(answer.unexpected('the MIME content is not base64'));
  }
  return { ok: true, itemId, item };
}

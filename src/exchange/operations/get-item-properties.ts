import { MailServerError } from '../../mail/mail-error.js';
import type { FetchedItem } from '../../mail/mail-item.js';
import type { OperationContext } from '../ews-operation.js';
import { atLeast } from '../soap/request-version.js';
import { itemOf, readFetchedItem } from './fetched-item.js';
import { additionalProperties, SEARCH_KEY_PROPERTY } from './property-paths.js';

/** GetItem (messages.xsd `GetItemType`) with all properties and no MIME. */
export async function fetchItemProperties(
  context: OperationContext,
  itemId: string,
  signal?: AbortSignal,
): Promise<FetchedItem> {
  try {
    return await getProperties(context, itemId, true, signal);
  } catch (error) {
    if (!(error instanceof MailServerError) || error.code !== 'ErrorInvalidPropertyRequest') throw error;
    return getProperties(context, itemId, false, signal);
  }
}

async function getProperties(
  context: OperationContext,
  itemId: string,
  withTextBody: boolean,
  signal: AbortSignal | undefined,
): Promise<FetchedItem> {
  const answer = await context.call(
    {
      name: 'GetItem',
      changes: false,
      body: (version) => ({
        'm:GetItem': {
          'm:ItemShape': {
            't:BaseShape': 'AllProperties',
            't:IncludeMimeContent': false,
            't:BodyType': 'HTML',
            't:AdditionalProperties': additionalProperties(
              withTextBody && atLeast(version, 'Exchange2013') ? ['item:TextBody'] : [],
              [SEARCH_KEY_PROPERTY],
            ),
          },
          'm:ItemIds': { 't:ItemId': { '@Id': itemId } },
        },
      }),
    },
    signal,
  );
  const element = itemOf(answer.single('Items'));
  const item = element === null ? null : readFetchedItem(element);
  if (item === null) throw answer.unexpected('the answer has no item');
  return item;
}

import { MailServerError } from '../../port/mail-error.js';
import type { FetchedItem } from '../../port/mail-item.js';
import type { OperationContext } from '../ews-operation.js';
import { atLeast } from '../soap/request-version.js';
import { itemOf, namesOnly, readFetchedItem } from './fetched-item.js';
import { additionalProperties, SEARCH_KEY_PROPERTY } from './property-paths.js';
import { isPropertyRefusal } from './property-steps.js';

/** What is asked for, the fullest first; each following step is for what refused the one before. */
const steps = [
  { baseShape: 'AllProperties', textBody: true, searchKey: true },
  { baseShape: 'AllProperties', textBody: false, searchKey: true },
  { baseShape: 'AllProperties', textBody: false, searchKey: false },
  { baseShape: 'Default', textBody: false, searchKey: false },
] as const;

/** GetItem (messages.xsd `GetItemType`) with all properties that the server gives, and no MIME. */
export async function fetchItemProperties(
  context: OperationContext,
  itemId: string,
  signal?: AbortSignal,
): Promise<FetchedItem> {
  for (const step of steps.slice(0, -1)) {
    try {
      return await getProperties(context, itemId, step, signal);
    } catch (error) {
      if (!(error instanceof MailServerError) || !isPropertyRefusal(error)) throw error;
    }
  }
  return getProperties(context, itemId, steps[3], signal);
}

async function getProperties(
  context: OperationContext,
  itemId: string,
  { baseShape, textBody, searchKey }: (typeof steps)[number],
  signal: AbortSignal | undefined,
): Promise<FetchedItem> {
  const answer = await context.call(
    {
      name: 'GetItem',
      changes: false,
      isAnswer: (answer) => namesOnly(answer, [itemId]),
      body: (version) => {
        const fields = textBody && atLeast(version, 'Exchange2013') ? ['item:TextBody'] : [];
        return {
          'm:GetItem': {
            'm:ItemShape': {
              't:BaseShape': baseShape,
              't:IncludeMimeContent': false,
              't:BodyType': 'HTML',
              't:AdditionalProperties':
                fields.length > 0 || searchKey
                  ? additionalProperties(fields, searchKey ? [SEARCH_KEY_PROPERTY] : [])
                  : undefined,
            },
            'm:ItemIds': { 't:ItemId': { '@Id': itemId } },
          },
        };
      },
    },
    signal,
  );
  const element = itemOf(answer.single('Items'));
  const item = element === null ? null : readFetchedItem(element, context.now());
  if (item === null) throw answer.unexpected('the answer has no item');
  return item;
}

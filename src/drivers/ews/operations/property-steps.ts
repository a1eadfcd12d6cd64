import type { MailServerError } from '../../port/mail-error.js';
import type { RequestVersion } from '../soap/request-version.js';
import type { XmlObject } from '../soap/xml-writer.js';
import { additionalProperties, SEARCH_KEY_PROPERTY } from './property-paths.js';

/** Properties that are asked for together. */
export interface PropertyStep {
  readonly fields: readonly string[];
  readonly searchKey: boolean;
  /** ConversationId came with 2010; an older server refuses the whole request for it. */
  readonly conversation: boolean;
}

/** Without these nothing can be told of an item: every kind has them. */
const basic = ['item:ItemClass', 'item:Subject', 'item:DateTimeReceived', 'item:Size'];

const ofItem = [
  ...basic,
  'item:DateTimeSent',
  'item:Importance',
  'item:InReplyTo',
  // The original Received and X- lines, which a server that renders MIME anew leaves out of it.
  'item:InternetMessageHeaders',
];

const ofMessage = [
  'message:InternetMessageId',
  'message:IsRead',
  'message:From',
  'message:Sender',
  'message:ToRecipients',
  'message:CcRecipients',
  'message:BccRecipients',
  'message:ReplyTo',
  'message:References',
];

/** What is asked of an item, the fullest first; each following step is for what refused the one before. */
export const itemPropertySteps: readonly PropertyStep[] = [
  { fields: [...ofItem, ...ofMessage], searchKey: true, conversation: true },
  { fields: ofItem, searchKey: true, conversation: true },
  { fields: [...basic, 'item:DateTimeSent', ...ofMessage], searchKey: false, conversation: false },
  { fields: basic, searchKey: false, conversation: false },
  { fields: [], searchKey: false, conversation: false },
];

/** The element `AdditionalProperties` of a step; undefined when there are none, for it must not be empty. */
export function propertiesOf(
  { fields, searchKey, conversation }: PropertyStep,
  version: RequestVersion,
): XmlObject | undefined {
  const wanted = conversation && version !== 'Exchange2007_SP1' ? [...fields, 'item:ConversationId'] : fields;
  if (wanted.length === 0 && !searchKey) return undefined;
  return additionalProperties(wanted, searchKey ? [SEARCH_KEY_PROPERTY] : []);
}

/** Names that servers give to one refusal: the item, or the server, has no such property. */
const refusal =
  /^ErrorInvalid(?:Extended)?Property|^ErrorUnsupported(?:Path|Property|Mapi)|^ErrorPropertyNot|^ErrorInvalidShape/;
const others = new Set(['ErrorItemPropertyRequestFailed', 'ErrorObjectTypeChanged', 'ErrorSchemaValidation']);

/**
 * Whether to retry with fewer properties. Servers other than Exchange reject the whole request for one unknown
 * property, with a fault without an EWS code or with an HTTP status.
 */
export const isPropertyRefusal = (error: MailServerError): boolean =>
  (error.details.origin === 'response' && (refusal.test(error.code) || others.has(error.code))) ||
  (error.details.queryRefusal === 'unknown' && !/Mime|Id/.test(error.code));

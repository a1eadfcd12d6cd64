import type { QueryRefusal } from '../port/mail-error-class.js';
import type { MailErrorDetails } from '../port/mail-error.js';

const RESTRICTION = /Restriction|ForQuery$|QueryFilter|FilterWrongType|Subfilter|^ErrorValueOutOfRange$/;
const SORT_ORDER = /Sort/;
/** Said of a request as a whole, or of one of its properties or values. */
const ANY_PART =
  /^Error(?:Invalid(?:Value|Property|Extended|Argument|Request|Operation|Indexed|Fractional|Paging|Culture|Id(?:Malformed|Xml)$)|Traversal|Unsupported|SchemaValidation$|MissingArgument$|PropertyRequest|NotSupported|NotImplemented)/;
/** Fault codes of SOAP 1.1 and 1.2 that put it down to the request. */
const FAULTS = /^(?:Client|Sender|MustUnderstand|UnknownFault|UnknownError)$/i;
const STATUSES = new Set(['Http400', 'Http405', 'Http422', 'Http501']);

/** Whether a server that answered a query with this error may accept the same question in another form. */
export function queryRefusal({
  origin,
  code,
  backOffMs,
}: Pick<MailErrorDetails, 'origin' | 'code' | 'backOffMs'>): QueryRefusal | null {
  if (origin === 'http') return STATUSES.has(code) ? 'unknown' : null;
  if (origin !== 'response' || (backOffMs ?? 0) > 0) return null;
  if (SORT_ORDER.test(code)) return 'sort-order';
  if (RESTRICTION.test(code)) return 'restriction';
  return ANY_PART.test(code) || FAULTS.test(code) ? 'unknown' : null;
}

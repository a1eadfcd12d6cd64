import { element, optionalText, textElement } from '../xml/write-xml.js';
import { ItemError } from './faults.js';

/** `<m:XResponse>` around one response message for each thing asked for. */
export function response(operation: string, messages: readonly string[]): string {
  return element(`m:${operation}Response`, element('m:ResponseMessages', messages.join('')));
}

/** A response message of class Success; `content` is the operation's own part. */
export function success(operation: string, content = ''): string {
  return element(`m:${operation}ResponseMessage`, `<m:ResponseCode>NoError</m:ResponseCode>${content}`, {
    ResponseClass: 'Success',
  });
}

/**
 * A response message of class Error.
 * @param content what the operation's schema type requires even then, such as `<m:Items/>`.
 */
export function failure(operation: string, error: ItemError, content = '', omitOptional = false): string {
  const values = Object.entries(error.values)
    .map(([name, value]) => textElement('t:Value', value, { Name: name }))
    .join('');
  const head =
    optionalText('m:MessageText', omitOptional ? undefined : error.message) +
    textElement('m:ResponseCode', error.code) +
    optionalText('m:DescriptiveLinkKey', omitOptional ? undefined : 0) +
    (values === '' ? '' : element('m:MessageXml', values));
  return element(`m:${operation}ResponseMessage`, head + content, { ResponseClass: 'Error' });
}

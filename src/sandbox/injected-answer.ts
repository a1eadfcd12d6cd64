import type { InjectedFault } from './control/fault-injection.js';
import type { Answer } from './http/send-answer.js';
import { type AnswerStyle, writeEnvelope, writeFault } from './soap/envelope.js';
import { ItemError, SoapFault, textOf } from './soap/faults.js';
import { failure, response } from './soap/response-messages.js';
import type { XmlElement } from './xml/element.js';

const XML = 'text/xml; charset=utf-8';

const SIGN_IN_PAGE =
  '<!DOCTYPE html><html><head><title>Outlook</title></head><body><form action="/owa/auth.owa" method="POST"></form></body></html>';

/** What the schema requires in an error message of these operations. */
const REQUIRED: Record<string, string> = {
  CopyFolder: '<m:Folders/>',
  CopyItem: '<m:Items/>',
  CreateAttachment: '<m:Attachments/>',
  CreateFolder: '<m:Folders/>',
  CreateItem: '<m:Items/>',
  GetAttachment: '<m:Attachments/>',
  GetFolder: '<m:Folders/>',
  GetItem: '<m:Items/>',
  MoveFolder: '<m:Folders/>',
  MoveItem: '<m:Items/>',
  UpdateFolder: '<m:Folders/>',
  UpdateItem: '<m:Items/>',
};

/** The answer a fault makes by itself; undefined when the call is to go on. `recordable`: it is EWS. */
export function injectedAnswer(
  fault: InjectedFault,
  operation: XmlElement,
  style: AnswerStyle,
): (Answer & { recordable: boolean }) | undefined {
  if ('code' in fault) {
    const values = {
      ...(fault.backOffMs === undefined ? {} : { BackOffMilliseconds: String(fault.backOffMs) }),
      ...fault.values,
    };
    const body = writeFault(new SoapFault(fault.code, fault.message ?? textOf(fault.code), values), style);
    return { status: 500, body, contentType: XML, recordable: true };
  }
  if ('http' in fault) {
    const { http, body = '', headers } = fault;
    return { status: http, body, contentType: 'text/html', recordable: false, ...(headers ? { headers } : {}) };
  }
  if ('html' in fault) return { status: 200, body: SIGN_IN_PAGE, contentType: 'text/html', recordable: false };
  if ('raw' in fault) return { status: 200, body: fault.raw, contentType: XML, recordable: false };
  if ('itemError' in fault) return itemErrors(new ItemError(fault.itemError), operation, style);
  if ('innerServerBusy' in fault) {
    const values = {
      InnerErrorMessageText: textOf('ErrorServerBusy'),
      InnerErrorResponseCode: 'ErrorServerBusy',
      InnerErrorDescriptiveLinkKey: '0',
    };
    return itemErrors(new ItemError('ErrorInternalServerError', undefined, values), operation, style);
  }
  return undefined;
}

function itemErrors(error: ItemError, operation: XmlElement, style: AnswerStyle): Answer & { recordable: boolean } {
  const { name } = operation;
  const list = operation.children.find((child) => /^(Items|ItemChanges|.*Ids|Attachments)$/.test(child.name));
  const count = name === 'SyncFolderItems' ? 1 : Math.max(list?.children.length ?? 1, 1);
  const messages = Array.from({ length: count }, () => failure(name, error, REQUIRED[name], style.omitOptional));
  return { status: 200, body: writeEnvelope(response(name, messages), style), contentType: XML, recordable: true };
}

import { ItemError } from '../soap/faults.js';
import { decodeId } from '../store/ids.js';
import type { XmlElement } from '../xml/element.js';
import { element } from '../xml/write-xml.js';
import { answerEach } from './answer.js';
import type { Call, Operation } from './call.js';
import { listOf, requiredChoice } from './targets.js';

const FORMATS = ['EwsLegacyId', 'EwsId', 'EntryId', 'HexEntryId', 'StoreId', 'OwaId'] as const;
type Format = (typeof FORMATS)[number];

/** The sandbox's entry ids are the bytes of its EWS ids; only how they are spelled differs. */
const toBase64: Record<Format, (id: string) => string> = {
  EwsLegacyId: (id) => id,
  EwsId: (id) => id,
  EntryId: (id) => id,
  StoreId: (id) => id,
  HexEntryId: (id) => Buffer.from(id, 'hex').toString('base64'),
  OwaId: (id) => id.replaceAll('-', '/').replaceAll('_', '+'),
};
const fromBase64: Record<Format, (id: string) => string> = {
  ...toBase64,
  HexEntryId: (id) => Buffer.from(id, 'base64').toString('hex').toUpperCase(),
  OwaId: (id) => id.replaceAll('/', '-').replaceAll('+', '_'),
};

export const convertId: Operation = (call, request) => {
  const format = requiredChoice(request, 'DestinationFormat', FORMATS);
  return answerEach(call, 'ConvertId', listOf(request, 'SourceIds'), (source) => convert(call, source, format));
};

function convert(call: Call, source: XmlElement, format: Format): string {
  const from = requiredChoice(source, 'Format', FORMATS);
  const id = toBase64[from](source.attribute('Id') ?? '');
  if (!decodeId(id)) throw new ItemError('ErrorInvalidIdMalformed');
  return element('m:AlternateId', '', {
    'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    'xsi:type': 't:AlternateIdType',
    Format: format,
    Id: fromBase64[format](id),
    // Ignores the mailbox in the request: clients use this to learn whose mailbox they have opened.
    Mailbox: call.organisation.ownerOfId(id)?.address ?? source.attribute('Mailbox') ?? '',
  });
}

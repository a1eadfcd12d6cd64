import type { XmlElement } from '../xml/element.js';
import { SoapFault } from './faults.js';
import { TYPES } from './namespaces.js';

/**
 * The block of the SOAP header with this name in the types namespace. A block of the same name in another namespace is
 * unknown to Exchange and ignored (SOAP 1.1, 4.2.1). Throws a `SoapFault` if there are two.
 */
export function headerBlock(headers: readonly XmlElement[], name: string): XmlElement | undefined {
  const [block, second] = headers.filter((header) => header.name === name && header.namespace === TYPES);
  if (second) throw new SoapFault('ErrorDuplicateSOAPHeader');
  return block;
}

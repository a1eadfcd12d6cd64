import { SoapFault } from '../soap/faults.js';
import { headerBlock } from '../soap/header-blocks.js';
import type { XmlElement } from '../xml/element.js';

/** `ExchangeVersionType` of the schema, and the names later clients offer first. */
const KNOWN =
  /^(Exchange20(07(_SP1)?|09|10(_SP[12])?|12|13(_SP1)?|15|16|19)|V2015_\d\d_\d\d|V2016_\d\d_\d\d|V2017_(01_07|04_14|07_11))$/;

/** The version the client asked for; Exchange 2007 when it names none. */
export function requestedVersion(headers: readonly XmlElement[]): string {
  const header = headerBlock(headers, 'RequestServerVersion');
  if (!header) return 'Exchange2007';
  const version = header.attribute('Version') ?? '';
  if (!KNOWN.test(version)) throw new SoapFault('ErrorInvalidServerVersion');
  return version;
}

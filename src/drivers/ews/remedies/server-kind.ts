import { placeOf } from '../../port/explanations/server-place.js';
import type { ServerKind } from '../../port/explanations/setup-guide.js';

/** The worldwide cloud and the sovereign ones; whatever else speaks EWS is a server of somebody’s own. */
const onlineHosts = [
  'outlook.office365.com',
  'outlook.office.com',
  'outlook.office365.us',
  'outlook-dod.office365.us',
  'webmail.apps.mil',
  'partner.outlook.cn',
  'outlook.office.de',
];

/** Which commands mend a server at this address. An address that cannot be read is taken for Exchange Server. */
export function serverKind(ewsUrl: string): ServerKind {
  const name = placeOf(ewsUrl)?.hostname.replace(/\.$/, '');
  return name !== undefined && onlineHosts.includes(name) ? 'exchange-online' : 'exchange-server';
}

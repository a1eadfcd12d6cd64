import type { Caller } from '../access/authentication.js';
import type { SoapRequest } from '../soap/envelope.js';
import { headerBlock } from '../soap/header-blocks.js';
import { readAttachmentId } from '../store/ids.js';
import type { Organisation } from '../store/organisation.js';
import type { XmlElement } from '../xml/element.js';

/**
 * Primary address of the mailbox a call is about, for logs and fault rules, whether or not the caller may open
 * it: the impersonated one, else the one named in a folder id, else the owner of the first id, else the caller's.
 */
export function concernedAddress(organisation: Organisation, caller: Caller, soap: SoapRequest): string | undefined {
  const identity = headerBlock(soap.headers, 'ExchangeImpersonation')?.child('ConnectingSID')?.children[0]?.text.trim();
  if (identity !== undefined) {
    const mailbox = organisation.byAnyAddress(identity) ?? organisation.byUpn(identity) ?? organisation.bySid(identity);
    return mailbox?.address ?? identity.toLowerCase();
  }
  return fromIds(organisation, soap.operation) ?? caller.mailbox?.address;
}

function fromIds(organisation: Organisation, element: XmlElement): string | undefined {
  for (const child of element.children) {
    const address =
      child.name === 'DistinguishedFolderId' ? child.child('Mailbox')?.childText('EmailAddress') : undefined;
    if (address !== undefined)
      return organisation.byAnyAddress(address.trim())?.address ?? address.trim().toLowerCase();
    const id = child.attribute('Id');
    const owner = id === undefined ? undefined : organisation.ownerOfId(readAttachmentId(id)?.itemId ?? id);
    if (owner) return owner.address;
    if (child.name.endsWith('Ids') || child.name.endsWith('Id')) {
      const found = fromIds(organisation, child);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

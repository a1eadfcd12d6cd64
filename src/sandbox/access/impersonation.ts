import { SoapFault, schemaFault } from '../soap/faults.js';
import { headerBlock } from '../soap/header-blocks.js';
import type { Mailbox } from '../store/mailbox.js';
import type { Organisation } from '../store/organisation.js';
import type { AccountRecord } from '../store/records.js';
import type { XmlElement } from '../xml/element.js';
import type { Caller } from './authentication.js';

/** The mailbox named by the ExchangeImpersonation header, if there is one; faults as Exchange does. */
export function impersonated(
  organisation: Organisation,
  caller: Caller,
  headers: readonly XmlElement[],
): Mailbox | undefined {
  const header = headerBlock(headers, 'ExchangeImpersonation');
  if (!header) return undefined;
  const identity = header.child('ConnectingSID')?.children[0];
  if (!identity) throw new SoapFault('ErrorInvalidExchangeImpersonationHeaderData');
  const mailbox = find(organisation, identity);
  if (!caller.account || mailbox.record.disabled || !inScope(caller.account, mailbox)) {
    throw new SoapFault('ErrorImpersonateUserDenied');
  }
  return mailbox;
}

function find(organisation: Organisation, identity: XmlElement): Mailbox {
  const value = identity.text.trim();
  const unknown = (): SoapFault => new SoapFault('ErrorNonExistentMailbox', undefined, { SmtpAddress: value });
  switch (identity.name) {
    case 'SmtpAddress':
    case 'PrimarySmtpAddress': {
      if (!/^[^@\s]+@[^@\s]+$/.test(value)) throw new SoapFault('ErrorInvalidSmtpAddress');
      const mailbox = organisation.byAnyAddress(value);
      if (!mailbox) throw unknown();
      if (identity.name === 'PrimarySmtpAddress' && mailbox.address !== value.toLowerCase()) {
        throw new SoapFault('ErrorNonPrimarySmtpAddress', undefined, { Primary: mailbox.address });
      }
      return mailbox;
    }
    case 'PrincipalName': {
      if (!/^[^@\s]+@[^@\s]+$/.test(value)) throw new SoapFault('ErrorInvalidUserPrincipalName');
      const mailbox = organisation.byUpn(value);
      if (!mailbox) throw unknown();
      return mailbox;
    }
    case 'SID': {
      if (!/^S-1-\d+(-\d+)+$/.test(value)) throw new SoapFault('ErrorInvalidSid');
      const mailbox = organisation.bySid(value);
      if (!mailbox) throw new SoapFault('ErrorNonExistentMailbox');
      return mailbox;
    }
    default:
      throw schemaFault(`the element 'ConnectingSID' has invalid child '${identity.name}'.`);
  }
}

/** Whether the account's ApplicationImpersonation role covers the mailbox. */
function inScope(account: AccountRecord, mailbox: Mailbox): boolean {
  const { scope } = account;
  if (scope.all) return true;
  return (
    scope.addresses.includes(mailbox.address) ||
    scope.groups.some((group) => mailbox.record.groups.some((own) => own.toLowerCase() === group.toLowerCase()))
  );
}

import { PeopleWriter } from '../items/people.js';
import { ItemError, schemaFault, textOf } from '../soap/faults.js';
import { failure, response, success } from '../soap/response-messages.js';
import type { Mailbox } from '../store/mailbox.js';
import { element, textElement } from '../xml/write-xml.js';
import type { Call, Operation } from './call.js';

const MOST_RESOLUTIONS = 100;

export const resolveNames: Operation = (call, request) => {
  const full = request.attribute('ReturnFullContactData');
  if (full === undefined) throw schemaFault("the required attribute 'ReturnFullContactData' is missing.");
  const entry = request.childText('UnresolvedEntry')?.trim() ?? '';
  if (entry === '') throw schemaFault("the 'UnresolvedEntry' element is invalid.");
  const found = matching(call, entry.replace(/^smtp:/i, '').toLowerCase());
  if (found.length === 0) {
    return response('ResolveNames', [
      failure('ResolveNames', new ItemError('ErrorNameResolutionNoResults'), '', call.style.omitOptional),
    ]);
  }
  const people = new PeopleWriter(call.organisation, call.style.omitOptional);
  const resolutions = found.slice(0, MOST_RESOLUTIONS).map(({ record, address }) => {
    const contact =
      full === 'true' || full === '1' ? element('t:Contact', textElement('t:DisplayName', record.displayName)) : '';
    return element('t:Resolution', people.mailbox({ name: record.displayName, address }) + contact);
  });
  const set = element('m:ResolutionSet', resolutions.join(''), {
    TotalItemsInView: resolutions.length,
    IncludesLastItemInRange: found.length <= MOST_RESOLUTIONS,
  });
  return response('ResolveNames', [found.length === 1 ? success('ResolveNames', set) : ambiguous(set)]);
};

/** Several matches are a warning, with the matches. */
function ambiguous(set: string): string {
  const code = 'ErrorNameResolutionMultipleResults';
  const head =
    textElement('m:MessageText', 'Multiple results were found.') +
    textElement('m:ResponseCode', code) +
    textElement('m:DescriptiveLinkKey', 0);
  return element('m:ResolveNamesResponseMessage', head + set, { ResponseClass: 'Warning' });
}

/** Ambiguous name resolution: beginnings of names, addresses and aliases. */
function matching(call: Call, wanted: string): Mailbox[] {
  return call.organisation.mailboxes.filter(({ record, address }) => {
    const names = [record.displayName.toLowerCase(), ...record.displayName.toLowerCase().split(/\s+/)];
    return [...names, address, ...record.aliases].some((name) => name.startsWith(wanted));
  });
}

export const expandDl: Operation = (call, request) => {
  const address = request.child('Mailbox')?.childText('EmailAddress')?.trim() ?? '';
  const members = call.organisation.membersOfList(address);
  if (members.length === 0) {
    const error = new ItemError('ErrorNameResolutionNoResults', textOf('ErrorNameResolutionNoResults'));
    return response('ExpandDL', [failure('ExpandDL', error, '', call.style.omitOptional)]);
  }
  const people = new PeopleWriter(call.organisation, call.style.omitOptional);
  const expansion = element(
    'm:DLExpansion',
    members.map((mailbox) => people.mailbox({ name: mailbox.record.displayName, address: mailbox.address })).join(''),
    { TotalItemsInView: members.length, IncludesLastItemInRange: true },
  );
  return response('ExpandDL', [success('ExpandDL', expansion)]);
};

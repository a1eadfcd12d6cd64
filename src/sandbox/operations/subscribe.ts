import { ItemError, schemaFault } from '../soap/faults.js';
import { failure, response, success } from '../soap/response-messages.js';
import { textElement } from '../xml/write-xml.js';
import type { Operation } from './call.js';
import { findFolder, perItem } from './targets.js';

export const subscribe: Operation = async (call, request) => {
  const message = await perItem(
    () => {
      const wanted = request.children[0];
      if (!wanted) throw schemaFault("the element 'Subscribe' has incomplete content.");
      if (wanted.name !== 'StreamingSubscriptionRequest') {
        throw new ItemError('ErrorInvalidSubscriptionRequest', 'The sandbox has streaming subscriptions only.');
      }
      const types = new Set(wanted.child('EventTypes')?.children.map((type) => type.text.trim()));
      if (types.size === 0) throw schemaFault("the element 'EventTypes' has incomplete content.");
      const all = wanted.attribute('SubscribeToAllFolders') === 'true';
      const targets = (wanted.child('FolderIds')?.children ?? []).map((id) => findFolder(call, id));
      const mailbox = targets[0]?.mailbox ?? call.mailbox;
      if (!mailbox || (!all && targets.length === 0) || targets.some((target) => target.mailbox !== mailbox)) {
        throw new ItemError('ErrorInvalidSubscriptionRequest', 'A subscription needs folders of one mailbox.');
      }
      const folders = all ? null : new Set(targets.map((target) => target.folder));
      const subscription = call.subscriptions.add(mailbox, folders, types);
      return success('Subscribe', textElement('m:SubscriptionId', subscription.id));
    },
    (error) => failure('Subscribe', error, '', call.style.omitOptional),
  );
  return response('Subscribe', [message]);
};

export const unsubscribe: Operation = async (call, request) => {
  const message = await perItem(
    () => {
      const id = request.childText('SubscriptionId')?.trim() ?? '';
      if (!call.subscriptions.remove(id)) throw new ItemError('ErrorSubscriptionNotFound');
      return success('Unsubscribe');
    },
    (error) => failure('Unsubscribe', error, '', call.style.omitOptional),
  );
  return response('Unsubscribe', [message]);
};

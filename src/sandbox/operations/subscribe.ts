import { ItemError } from '../soap/faults.js';
import { isTrue } from '../xml/element.js';
import { textElement } from '../xml/write-xml.js';
import { answerOnce } from './answer.js';
import type { Operation } from './call.js';
import { findFolder, listOf } from './targets.js';

export const subscribe: Operation = (call, request) => {
  return answerOnce(call, 'Subscribe', () => {
    const wanted = request.requiredFirst();
    if (wanted.name !== 'StreamingSubscriptionRequest') {
      throw new ItemError('ErrorInvalidSubscriptionRequest', 'The sandbox has streaming subscriptions only.');
    }
    const types = new Set(listOf(wanted, 'EventTypes').map((type) => type.text.trim()));
    const all = isTrue(wanted.attribute('SubscribeToAllFolders'));
    const targets = (wanted.child('FolderIds')?.children ?? []).map((id) => findFolder(call, id));
    const mailbox = targets[0]?.mailbox ?? call.mailbox;
    if (!mailbox || (!all && targets.length === 0) || targets.some((target) => target.mailbox !== mailbox)) {
      throw new ItemError('ErrorInvalidSubscriptionRequest', 'A subscription needs folders of one mailbox.');
    }
    const folders = all ? null : new Set(targets.map((target) => target.folder));
    const subscription = call.subscriptions.add(mailbox, folders, types);
    return textElement('m:SubscriptionId', subscription.id);
  });
};

export const unsubscribe: Operation = (call, request) => {
  return answerOnce(call, 'Unsubscribe', () => {
    const id = request.childText('SubscriptionId')?.trim() ?? '';
    if (!call.subscriptions.remove(id)) throw new ItemError('ErrorSubscriptionNotFound');
    return '';
  });
};

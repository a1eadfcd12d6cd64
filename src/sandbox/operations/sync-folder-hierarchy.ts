import { readShape } from '../items/shape.js';
import { writeFolder } from '../items/write-folder.js';
import { ItemError } from '../soap/faults.js';
import { failure, response, success } from '../soap/response-messages.js';
import type { Mailbox } from '../store/mailbox.js';
import { element, textElement } from '../xml/write-xml.js';
import type { Call, Operation } from './call.js';
import { type HierarchyPosition, readSyncState, writeSyncState } from './sync-state.js';
import { perItem, targetFolder } from './targets.js';

export const syncFolderHierarchy: Operation = async (call, request) => {
  const shape = readShape(request, 'FolderShape');
  const message = await perItem(
    () => {
      const mailbox = mailboxOf(call, targetFolder(call, request, 'SyncFolderId')?.mailbox);
      const known = knownFolders(mailbox, request.childText('SyncState')?.trim() ?? '');
      // The root is not part of what is synchronised.
      const folders = [...mailbox.folders.values()].filter(({ info }) => info.parentId !== null);
      const now = Object.fromEntries(folders.map(({ info }) => [info.id, info.changeKey]));
      const gone = Object.keys(known).filter((id) => now[id] === undefined);
      const changes = [
        ...folders
          .filter(({ info }) => known[info.id] !== info.changeKey)
          .map((folder) =>
            element(
              known[folder.id] === undefined ? 't:Create' : 't:Update',
              writeFolder(mailbox, folder, shape, call.style.omitOptional),
            ),
          ),
        ...gone.map((id) => element('t:Delete', element('t:FolderId', '', { Id: id }))),
      ];
      const state = writeSyncState({ mailbox: mailbox.guid, epoch: mailbox.record.syncEpoch, folders: now });
      return success(
        'SyncFolderHierarchy',
        textElement('m:SyncState', state) +
          '<m:IncludesLastFolderInRange>true</m:IncludesLastFolderInRange>' +
          element('m:Changes', changes.join('')),
      );
    },
    (error) => failure('SyncFolderHierarchy', error, '', call.style.omitOptional),
  );
  return response('SyncFolderHierarchy', [message]);
};

function mailboxOf(call: Call, named: Mailbox | undefined): Mailbox {
  const mailbox = named ?? call.mailbox;
  if (!mailbox) throw new ItemError('ErrorMissingEmailAddress');
  return mailbox;
}

function knownFolders(mailbox: Mailbox, state: string): HierarchyPosition['folders'] {
  if (state === '') return {};
  const position = readSyncState(state);
  const valid =
    'folders' in position && position.mailbox === mailbox.guid && position.epoch === mailbox.record.syncEpoch;
  if (!valid) throw new ItemError('ErrorInvalidSyncStateData');
  return position.folders;
}

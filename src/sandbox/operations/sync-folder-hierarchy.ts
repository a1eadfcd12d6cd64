import { readShape } from '../items/shape.js';
import { writeFolder } from '../items/write-folder.js';
import { ItemError } from '../soap/faults.js';
import type { Mailbox } from '../store/mailbox.js';
import { element, textElement } from '../xml/write-xml.js';
import { answerOnce } from './answer.js';
import type { Call, Operation } from './call.js';
import { type HierarchyPosition, readSyncState, writeSyncState } from './sync-state.js';
import { targetFolder } from './targets.js';

/** Exchange adds this to an error, and clients read it before they check for the error. */
const NO_CHANGES = '<m:SyncState/><m:IncludesLastFolderInRange>true</m:IncludesLastFolderInRange>';

export const syncFolderHierarchy: Operation = (call, request) => {
  const shape = readShape(request, 'FolderShape');
  return answerOnce(
    call,
    'SyncFolderHierarchy',
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
      return (
        textElement('m:SyncState', state) +
        '<m:IncludesLastFolderInRange>true</m:IncludesLastFolderInRange>' +
        element('m:Changes', changes.join(''))
      );
    },
    call.style.omitOptional ? '' : NO_CHANGES,
  );
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

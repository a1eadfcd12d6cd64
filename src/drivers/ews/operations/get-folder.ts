import type { FolderInfo, FolderRef } from '../../port/mail-server.js';
import type { EwsAnswer } from '../ews-answer.js';
import type { OperationContext } from '../ews-operation.js';
import { attribute, child, childText } from '../soap/element.js';
import { readInteger } from '../soap/values.js';
import { folderId } from './folder-ids.js';
import { additionalProperties } from './property-paths.js';

/** GetFolder (messages.xsd `GetFolderType`): a folder's own properties, whatever its kind. */
export async function openFolder(
  context: OperationContext,
  folder: FolderRef,
  signal?: AbortSignal,
): Promise<FolderInfo> {
  const answer = await context.call(
    {
      name: 'GetFolder',
      changes: false,
      isAnswer: (given) => !('id' in folder) || [null, folder.id].includes(folderIdIn(given)),
      body: () => ({
        'm:GetFolder': {
          'm:FolderShape': {
            't:BaseShape': 'IdOnly',
            't:AdditionalProperties': additionalProperties(['folder:DisplayName', 'folder:TotalCount']),
          },
          'm:FolderIds': folderId(context.identity, folder),
        },
      }),
    },
    signal,
  );
  const [found] = child(answer.single('Folders'), 'Folders')?.children ?? [];
  const id = attribute(child(found ?? null, 'FolderId'), 'Id');
  if (found === undefined || id === null) throw answer.unexpected('the answer names no folder');
  return {
    id,
    displayName: childText(found, 'DisplayName') ?? ('id' in folder ? '' : folder.distinguished),
    totalCount: readInteger(childText(found, 'TotalCount')),
  };
}

function folderIdIn({ messages: [message] }: EwsAnswer): string | null {
  const folder = child(message ?? null, 'Folders')?.children[0] ?? null;
  return attribute(child(folder, 'FolderId'), 'Id');
}

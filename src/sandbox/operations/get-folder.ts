import { readShape } from '../items/shape.js';
import { writeFolder } from '../items/write-folder.js';
import { failure, response, success } from '../soap/response-messages.js';
import { element } from '../xml/write-xml.js';
import type { Operation } from './call.js';
import { findFolder, listOf, perItem } from './targets.js';

export const getFolder: Operation = async (call, request) => {
  const shape = readShape(request, 'FolderShape');
  const messages = listOf(request, 'FolderIds').map((id) =>
    perItem(
      () => {
        const { mailbox, folder } = findFolder(call, id);
        return success('GetFolder', element('m:Folders', writeFolder(mailbox, folder, shape, call.style.omitOptional)));
      },
      (error) => failure('GetFolder', error, '<m:Folders/>', call.style.omitOptional),
    ),
  );
  return response('GetFolder', await Promise.all(messages));
};

import { readShape } from '../items/shape.js';
import { writeFolder } from '../items/write-folder.js';
import { element } from '../xml/write-xml.js';
import { answerEach } from './answer.js';
import type { Operation } from './call.js';
import { findFolder, listOf } from './targets.js';

export const getFolder: Operation = (call, request) => {
  const shape = readShape(request, 'FolderShape');
  return answerEach(
    call,
    'GetFolder',
    listOf(request, 'FolderIds'),
    (id) => {
      const { mailbox, folder } = findFolder(call, id);
      return element('m:Folders', writeFolder(mailbox, folder, shape, call.style.omitOptional));
    },
    '<m:Folders/>',
  );
};

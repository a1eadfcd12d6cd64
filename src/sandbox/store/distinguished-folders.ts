/** The folders of a new mailbox: EWS name, display name, class, EWS name of the parent. */
export const DISTINGUISHED_FOLDERS: readonly {
  readonly name: string;
  readonly display: string;
  readonly folderClass: string;
  readonly parent: string | null;
}[] = [
  { name: 'root', display: '', folderClass: '', parent: null },
  { name: 'msgfolderroot', display: 'Top of Information Store', folderClass: '', parent: 'root' },
  { name: 'inbox', display: 'Inbox', folderClass: 'IPF.Note', parent: 'msgfolderroot' },
  { name: 'drafts', display: 'Drafts', folderClass: 'IPF.Note', parent: 'msgfolderroot' },
  { name: 'sentitems', display: 'Sent Items', folderClass: 'IPF.Note', parent: 'msgfolderroot' },
  { name: 'deleteditems', display: 'Deleted Items', folderClass: 'IPF.Note', parent: 'msgfolderroot' },
  { name: 'outbox', display: 'Outbox', folderClass: 'IPF.Note', parent: 'msgfolderroot' },
  { name: 'junkemail', display: 'Junk Email', folderClass: 'IPF.Note', parent: 'msgfolderroot' },
  { name: 'calendar', display: 'Calendar', folderClass: 'IPF.Appointment', parent: 'msgfolderroot' },
  { name: 'contacts', display: 'Contacts', folderClass: 'IPF.Contact', parent: 'msgfolderroot' },
  { name: 'tasks', display: 'Tasks', folderClass: 'IPF.Task', parent: 'msgfolderroot' },
  { name: 'notes', display: 'Notes', folderClass: 'IPF.StickyNote', parent: 'msgfolderroot' },
  { name: 'journal', display: 'Journal', folderClass: 'IPF.Journal', parent: 'msgfolderroot' },
  { name: 'recoverableitemsroot', display: 'Recoverable Items', folderClass: '', parent: 'root' },
  { name: 'recoverableitemsdeletions', display: 'Deletions', folderClass: '', parent: 'recoverableitemsroot' },
  { name: 'recoverableitemsversions', display: 'Versions', folderClass: '', parent: 'recoverableitemsroot' },
  { name: 'recoverableitemspurges', display: 'Purges', folderClass: '', parent: 'recoverableitemsroot' },
  { name: 'searchfolders', display: 'Finder', folderClass: '', parent: 'root' },
];

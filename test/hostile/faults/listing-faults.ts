import {
  failed,
  failedMessage,
  foldersOf,
  html,
  replaceMessages,
  rewritten,
  type Answer,
  type EwsCall,
} from '../support/wire.js';
import { strangeCodes, type FaultKind, type Reality, type Target } from './fault.js';

const listings = ['FindItem', 'SyncFolderItems'];

const isIn = (call: EwsCall, { mailbox, folder }: Target, reality: Reality): boolean => {
  const ids = reality.folderIds(mailbox, folder);
  return call.mailbox === mailbox && foldersOf(call.body).some((id) => ids.has(id));
};

/** A search by date, as opposed to one for a marker of our own. */
const findsByDate = ({ operation, body }: EwsCall) =>
  operation === 'FindItem' && body.includes('item:DateTimeReceived');

const unreadable: FaultKind = {
  name: 'folder-unreadable',
  reach: 'folder',
  make: (dice, target, reality) => {
    const how = dice.pick([...strangeCodes, 'ErrorFolderCorrupt', '403', '502'] as const);
    return {
      detail: how,
      spoil: async (call, next) => {
        if (![...listings, 'GetFolder'].includes(call.operation) || !isIn(call, target, reality)) return next(call);
        const named = foldersOf(call.body);
        if (named.length === 1) return /^\d/.test(how) ? html(Number(how)) : failed(call, how);
        // Of several folders that are asked for together, this one has the error.
        const ids = reality.folderIds(target.mailbox, target.folder);
        return rewritten(next(call), (body) =>
          replaceMessages(call.operation, body, (message, index) =>
            ids.has(named[index] ?? '')
              ? failedMessage(call.operation, /^\d/.test(how) ? 'ErrorAccessDenied' : how)
              : message,
          ),
        );
      },
    };
  },
};

/** A FindItem that answers what it answered first, and that this is not all. */
const firstPageForEver: FaultKind = {
  name: 'first-page-forever',
  reach: 'folder',
  fromStart: true,
  make: (_dice, target, reality) => {
    let page: Answer | null = null;
    return {
      detail: '',
      spoil: async (call, next) => {
        if (!findsByDate(call) || !isIn(call, target, reality)) return next(call);
        page ??= await rewritten(next(call), (body) =>
          body.replace('IncludesLastItemInRange="true"', 'IncludesLastItemInRange="false"'),
        );
        return page;
      },
    };
  },
};

/** A SyncFolderItems that gives another sync state each time, and with it the same changes. */
const sameChangesForEver: FaultKind = {
  name: 'same-changes-forever',
  reach: 'folder',
  make: (_dice, target, reality) => {
    let page: Answer | null = null;
    let count = 0;
    return {
      detail: '',
      spoil: async (call, next) => {
        if (call.operation !== 'SyncFolderItems' || !isIn(call, target, reality)) return next(call);
        page ??= await next(call);
        count += 1;
        return rewritten(Promise.resolve(page), (body) =>
          body
            .replace(/<m:SyncState>[^<]*</, `<m:SyncState>${Buffer.from(`another ${count}`).toString('base64')}<`)
            .replace(/(<m:IncludesLastItemInRange>)true/, '$1false'),
        );
      },
    };
  },
};

/** Every page of changes says that there are more. */
const neverLast: FaultKind = {
  name: 'never-the-last-page',
  reach: 'folder',
  make: (_dice, target, reality) => ({
    detail: '',
    spoil: (call, next) =>
      call.operation === 'SyncFolderItems' && isIn(call, target, reality)
        ? rewritten(next(call), (body) => body.replace(/(<m:IncludesLastItemInRange>)true/, '$1false'))
        : next(call),
  }),
};

const emptyPage: FaultKind = {
  name: 'empty-page-is-not-the-last',
  reach: 'folder',
  make: (dice, target, reality) => {
    const operation = dice.pick(listings);
    return {
      detail: operation,
      spoil: async (call, next) => {
        const isListing = call.operation === 'SyncFolderItems' || findsByDate(call);
        if (!isListing || call.operation !== operation || !isIn(call, target, reality)) return next(call);
        const state = /<m:SyncState>([^<]*)</.exec(call.body)?.[1];
        return rewritten(next(call), (body) =>
          body
            .replace(/<m:SyncState>[^<]*</, (given) => (state === undefined ? given : `<m:SyncState>${state}<`))
            .replace(/<m:Changes>.*<\/m:Changes>/s, '<m:Changes/>')
            .replace(/(<m:IncludesLastItemInRange>)true/, '$1false')
            .replace(/<t:Items>.*<\/t:Items>/s, '<t:Items/>')
            .replace(/IncludesLastItemInRange="true"/, 'IncludesLastItemInRange="false"'),
        );
      },
    };
  },
};

/** Pages of few rows, and FindItem begins at the first one whatever the offset. */
const offsetIgnored: FaultKind = {
  name: 'offset-ignored',
  reach: 'folder',
  fromStart: true,
  make: (dice, target, reality) => {
    const rows = dice.int(1, 4);
    return {
      detail: `pages of ${rows}`,
      spoil: (call, next) =>
        findsByDate(call) && isIn(call, target, reality)
          ? next({
              ...call,
              body: call.body
                .replace(/Offset="\d+"/, 'Offset="0"')
                .replace(/MaxEntriesReturned="\d+"/, `MaxEntriesReturned="${rows}"`),
            })
          : next(call),
    };
  },
};

/** Fewer rows than asked for, which a server may give. */
const smallPages: FaultKind = {
  name: 'small-pages',
  reach: 'folder',
  harmless: true,
  make: (dice, target, reality) => {
    const rows = dice.int(1, 5);
    return {
      detail: `of ${rows}`,
      spoil: (call, next) =>
        isIn(call, target, reality) && listings.includes(call.operation)
          ? next({
              ...call,
              body: call.body
                .replace(/MaxEntriesReturned="\d+"/, `MaxEntriesReturned="${rows}"`)
                .replace(/MaxChangesReturned>\d+</, `MaxChangesReturned>${rows}<`),
            })
          : next(call),
    };
  },
};

const rowsTwice: FaultKind = {
  name: 'rows-listed-twice',
  reach: 'folder',
  harmless: true,
  make: (_dice, target, reality) => ({
    detail: '',
    spoil: (call, next) =>
      listings.includes(call.operation) && isIn(call, target, reality) && !call.body.includes('ExtendedFieldURI')
        ? rewritten(next(call), (body) =>
            body.replace(/(<t:Create>.*?<\/t:Create>|<t:Message>.*?<\/t:Message>)/gs, (row) =>
              row.startsWith('<t:Create>') || call.operation === 'FindItem' ? row + row : row,
            ),
          )
        : next(call),
  }),
};

const changeWithoutItem: FaultKind = {
  name: 'change-without-item',
  reach: 'folder',
  harmless: true,
  make: (dice, target, reality) => {
    const odd = dice.pick([
      '<t:Create/>',
      '<t:Update/>',
      '<t:Create><t:Item><t:ItemClass>IPM.Odd</t:ItemClass></t:Item></t:Create>',
      '<t:Delete/>',
      '<t:ReadFlagChange><t:IsRead>true</t:IsRead></t:ReadFlagChange>',
      '<t:Strange/>',
    ]);
    return {
      detail: odd,
      spoil: (call, next) =>
        call.operation === 'SyncFolderItems' && isIn(call, target, reality)
          ? rewritten(next(call), (body) =>
              body.replace('<m:Changes>', `<m:Changes>${odd}`).replace('<m:Changes/>', `<m:Changes>${odd}</m:Changes>`),
            )
          : next(call),
    };
  },
};

const syncStateRefused: FaultKind = {
  name: 'sync-state-refused',
  reach: 'folder',
  make: (dice, target, reality) => {
    const code = dice.pick(['ErrorInvalidSyncStateData', 'ErrorSyncFolderNotFound', 'ErrorInvalidSyncStateData']);
    return {
      detail: code,
      spoil: async (call, next) =>
        call.operation === 'SyncFolderItems' && call.body.includes('SyncState>') && isIn(call, target, reality)
          ? failed(call, code)
          : next(call),
    };
  },
};

/** Listings of many rows run out of time or resources. */
const largePages: FaultKind = {
  name: 'large-pages-time-out',
  reach: 'folder',
  make: (dice, target, reality) => {
    const most = dice.pick([2, 5, 20, 50]);
    const how = dice.pick([
      'ErrorTimeoutExpired',
      'ErrorTimeoutExpired',
      'ErrorInsufficientResources',
      'ErrorInternalServerTransientError',
      '504',
      'reset',
    ]);
    return {
      detail: `more than ${most} rows: ${how}`,
      spoil: async (call, next) => {
        const asked = /MaxEntriesReturned="(\d+)"/.exec(call.body) ?? /MaxChangesReturned>(\d+)</.exec(call.body);
        if (!listings.includes(call.operation) || Number(asked?.[1] ?? 0) <= most || !isIn(call, target, reality))
          return next(call);
        if (how === 'reset') return 'reset';
        return /^\d/.test(how) ? html(Number(how)) : failed(call, how);
      },
    };
  },
};

export const listingFaults: readonly FaultKind[] = [
  unreadable,
  firstPageForEver,
  sameChangesForEver,
  neverLast,
  emptyPage,
  offsetIgnored,
  smallPages,
  rowsTwice,
  changeWithoutItem,
  syncStateRefused,
  largePages,
];

import { z } from 'zod';
import type { SandboxControl } from './control.js';
import { deliverable, faultRule, mailboxSeed, scopeChange } from './requests.js';

type Route = (control: SandboxControl, body: unknown) => unknown;

/** Checks the body, then runs the control; the answer is its result as JSON. */
function route<S extends z.ZodType>(schema: S, run: (control: SandboxControl, body: z.infer<S>) => unknown): Route {
  return (control, body) => run(control, schema.parse(body));
}

const nothing = z.unknown();
const mailbox = z.object({ address: z.string() });
const item = z.object({ address: z.string(), itemId: z.string() });
const itemToFolder = item.extend({ folder: z.string() });

/** Every method of `SandboxControl` under its name in kebab case; parameters by name. */
export const CONTROL_ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['add-mailbox', route(mailboxSeed, (control, seed) => control.addMailbox(seed))],
  [
    'add-mailboxes',
    route(z.union([z.array(mailboxSeed), z.object({ mailboxes: z.array(mailboxSeed) })]), (control, body) =>
      control.addMailboxes(Array.isArray(body) ? body : body.mailboxes),
    ),
  ],
  ['remove-mailbox', route(mailbox, (control, { address }) => control.removeMailbox(address))],
  ['disable-account', route(mailbox, (control, { address }) => control.disableAccount(address))],
  ['enable-account', route(mailbox, (control, { address }) => control.enableAccount(address))],
  [
    'add-alias',
    route(mailbox.extend({ alias: z.email() }), (control, { address, alias }) => control.addAlias(address, alias)),
  ],
  [
    'add-folder',
    route(mailbox.extend({ name: z.string(), parent: z.string().optional() }), (control, { address, name, parent }) =>
      control.addFolder(address, { name, ...(parent === undefined ? {} : { parent }) }),
    ),
  ],
  [
    'deliver',
    route(deliverable.extend({ address: z.string() }), (control, { address, ...wanted }) =>
      control.deliver(address, wanted),
    ),
  ],
  [
    'deliver-mime',
    route(
      mailbox.extend({ mime: z.base64(), folder: z.string().optional(), receivedAt: z.string().optional() }),
      (control, body) =>
        control.deliverMime(body.address, Buffer.from(body.mime, 'base64'), {
          ...(body.folder === undefined ? {} : { folder: body.folder }),
          ...(body.receivedAt === undefined ? {} : { receivedAt: body.receivedAt }),
        }),
    ),
  ],
  [
    'move-item',
    route(itemToFolder, (control, { address, itemId, folder }) => control.moveItem(address, itemId, folder)),
  ],
  [
    'copy-item',
    route(itemToFolder, (control, { address, itemId, folder }) => control.copyItem(address, itemId, folder)),
  ],
  [
    'delete-item',
    route(item.extend({ how: z.enum(['hard', 'soft']).optional() }), (control, { address, itemId, how }) =>
      control.deleteItem(address, itemId, how),
    ),
  ],
  [
    'mark-read',
    route(item.extend({ isRead: z.boolean().optional() }), (control, { address, itemId, isRead }) =>
      control.markRead(address, itemId, isRead),
    ),
  ],
  [
    'list-items',
    route(mailbox.extend({ folder: z.string().optional() }), (control, { address, folder }) =>
      control.listItems(address, folder),
    ),
  ],
  [
    'corrupt-item',
    route(item.extend({ code: z.string().nullable() }), (control, { address, itemId, code }) =>
      control.corruptItem(address, itemId, code),
    ),
  ],
  [
    'grant',
    route(z.object({ account: z.string(), to: scopeChange }), (control, { account, to }) => control.grant(account, to)),
  ],
  [
    'revoke',
    route(z.object({ account: z.string(), from: scopeChange }), (control, { account, from }) =>
      control.revoke(account, from),
    ),
  ],
  [
    'set-password',
    route(z.object({ account: z.string(), password: z.string() }), (control, { account, password }) =>
      control.setPassword(account, password),
    ),
  ],
  [
    'lock-account',
    route(z.object({ account: z.string(), locked: z.boolean().optional() }), (control, { account, locked }) =>
      control.lockAccount(account, locked),
    ),
  ],
  [
    'set-delegate',
    route(z.object({ mailbox: z.string(), account: z.string(), granted: z.boolean().optional() }), (control, body) =>
      control.setDelegate(body.mailbox, body.account, body.granted),
    ),
  ],
  [
    'set-send-as',
    route(z.object({ mailbox: z.string(), other: z.string(), granted: z.boolean().optional() }), (control, body) =>
      control.setSendAs(body.mailbox, body.other, body.granted),
    ),
  ],
  [
    'invalidate-sync-states',
    route(z.object({ address: z.string().optional() }), (control, { address }) =>
      control.invalidateSyncStates(address),
    ),
  ],
  ['inject-fault', route(faultRule, (control, rule) => control.injectFault(rule))],
  ['clear-faults', route(nothing, (control) => control.clearFaults())],
  ['slow-down', route(z.object({ ms: z.number().min(0) }), (control, { ms }) => control.slowDown(ms))],
  [
    'set-illegal-characters',
    route(z.object({ mode: z.enum(['strip', 'references']) }), (control, { mode }) =>
      control.setIllegalCharacters(mode),
    ),
  ],
  [
    'remove-folder',
    route(mailbox.extend({ folder: z.string() }), (control, { address, folder }) =>
      control.removeFolder(address, folder),
    ),
  ],
  [
    'set-missing-folder-code',
    route(z.object({ code: z.enum(['ErrorItemNotFound', 'ErrorFolderNotFound']) }), (control, { code }) =>
      control.setMissingFolderCode(code),
    ),
  ],
  ['set-omit-optional', route(z.object({ omit: z.boolean() }), (control, { omit }) => control.setOmitOptional(omit))],
  [
    'set-prefixes',
    route(z.object({ prefixes: z.enum(['fixed', 'random']) }), (control, { prefixes }) =>
      control.setPrefixes(prefixes),
    ),
  ],
  [
    'set-max-concurrent-calls',
    route(z.object({ limit: z.number().int().min(1).nullable() }), (control, { limit }) =>
      control.setMaxConcurrentCalls(limit),
    ),
  ],
  ['counts', route(nothing, (control) => control.counts())],
  [
    'deliveries-of',
    route(z.object({ internetMessageId: z.string() }), (control, body) => control.deliveriesOf(body.internetMessageId)),
  ],
  ['relayed', route(nothing, (control) => control.relayed())],
  [
    'last-calls',
    route(z.object({ count: z.number().int().min(1).optional() }), (control, { count }) => control.lastCalls(count)),
  ],
  ['reset-counts', route(nothing, (control) => control.resetCounts())],
  [
    'start-traffic',
    route(
      z.object({ perMinute: z.number().positive(), addresses: z.array(z.string()).optional() }),
      (control, options) =>
        control.startTraffic({
          perMinute: options.perMinute,
          ...(options.addresses ? { addresses: options.addresses } : {}),
        }),
    ),
  ],
  ['stop-traffic', route(nothing, (control) => control.stopTraffic())],
]);

import type { WholeStage } from '../../features/support/whole-stage.js';
import { succeeded } from '../../features/support/whole-stage.js';
import type { Fault } from '../faults/fault.js';
import { pollingMs, type HostileWorld } from './hostile-world.js';
import type { PlannedMessage, PlannedSend } from './plan.js';

/** Two polling intervals, each up to a tenth longer, and the time in which a worker takes the work up. */
const paceMs = 2 * 1.1 * pollingMs + 40_000;
/** Sending waits for nothing but a worker. */
const sendingPaceMs = 60_000;
/** What nobody can read yet is to be seen by then. */
const visibleAfterMs = paceMs + 60_000;

interface StoredRow {
  readonly subject: string;
  readonly mailbox_id: string;
  readonly storedMs: number;
  readonly announced: number;
  /** Names of what is attached and can be had. */
  readonly files: (string | null)[];
  /** It says of itself that something of it could not be read. */
  readonly incomplete: boolean;
}

/** What Postroom has stored of the seed's mail, by subject. */
async function storedOf(stage: WholeStage, world: HostileWorld): Promise<Map<string, StoredRow[]>> {
  const rows = await stage.dataSource.query<(Omit<StoredRow, 'storedMs'> & { stored_at: Date })[]>(
    `SELECT m.subject, m.mailbox_id, m.stored_at, count(e.seq)::int AS announced,
       ARRAY(SELECT a.filename FROM message_attachments a WHERE a.content_id = m.content_id AND a.unavailable IS NULL) AS files, c.incomplete
     FROM messages m JOIN message_contents c ON c.id = m.content_id
       LEFT JOIN events e ON e.profile_id = m.profile_id AND e.subject_id = m.id AND e.type = 'message.received'
     WHERE m.profile_id = $1 GROUP BY m.id, c.id`,
    [world.profileId],
  );
  const bySubject = new Map<string, StoredRow[]>();
  for (const row of rows) {
    const stored = { ...row, storedMs: row.stored_at.getTime() - world.startMs };
    bySubject.set(row.subject, [...(bySubject.get(row.subject) ?? []), stored]);
  }
  return bySubject;
}

const subjectOf = (world: HostileWorld, { key }: { readonly key: string }): string => `seed ${world.plan.seed} ${key}`;

/** While faults last: what should have been stored by now, and nothing tells why it is not. */
export async function hiddenLosses(stage: WholeStage, world: HostileWorld): Promise<string[]> {
  const stored = await storedOf(stage, world);
  const missing = world.plan.messages.filter(
    (message) => Math.max(0, message.atMs) + visibleAfterMs < world.nowMs() && !stored.has(subjectOf(world, message)),
  );
  const violations = world.plan.messages.flatMap((message) => {
    const [row] = stored.get(subjectOf(world, message)) ?? [];
    const isSilentlyCut = row && !row.incomplete && !hasAttachment(row, message);
    return isSilentlyCut ? [`${message.key} lacks its attachment, and nothing says so`] : [];
  });
  for (const mailbox of new Set(missing.map((message) => message.mailbox))) {
    if (await showsTrouble(stage, world, mailbox)) continue;
    const failures = await failedItems(stage, world, mailbox);
    for (const message of missing.filter((one) => one.mailbox === mailbox))
      if (![...world.itemIdsOf(message.key)].some((id) => failures.has(id)))
        violations.push(`${message.key} is not stored, and nothing shows it, at ${world.nowMs() / 60_000} min`);
  }
  return violations;
}

const hasAttachment = ({ files }: StoredRow, { key, attachment }: PlannedMessage): boolean =>
  attachment === 'none' || files.some((name) => name?.startsWith(`${key}.`));

async function showsTrouble(stage: WholeStage, world: HostileWorld, mailbox: string): Promise<boolean> {
  const id = world.mailboxIds.get(mailbox);
  const { reasons } = succeeded(await stage.client().get(`/v1/mailboxes/${id}/status`));
  return (reasons as { isTrouble: boolean }[]).some(({ isTrouble }) => isTrouble);
}

async function failedItems(stage: WholeStage, world: HostileWorld, mailbox: string): Promise<Set<string>> {
  const items = await stage.client().all(`/v1/mailboxes/${world.mailboxIds.get(mailbox)}/item-failures?limit=200`);
  return new Set(items.map(({ itemId }) => itemId as string));
}

/** What is not well yet, once the server is; empty: all is. */
export async function stillSick(stage: WholeStage, world: HostileWorld): Promise<string[]> {
  const stored = await storedOf(stage, world);
  const sick = world.plan.messages.flatMap((message) => {
    const [row] = stored.get(subjectOf(world, message)) ?? [];
    if (!row) return [`${message.key} is not stored`];
    if (row.incomplete) return [`${message.key} is incomplete`];
    return hasAttachment(row, message) ? [] : [`${message.key} lacks its attachment, it has ${row.files.join()}`];
  });
  const rows = await stage.dataSource.query<{ what: string }[]>(
    `SELECT m.email_address || ' is ' || m.state || coalesce(', last error ' || (m.last_error->>'code'), '') AS what
       FROM mailboxes m WHERE m.profile_id = $1 AND (m.state <> 'active' OR m.last_error IS NOT NULL)
     UNION ALL SELECT 'incident ' || cause || ' of scope ' || scope || ' is open' FROM incidents
       WHERE closed_at IS NULL AND (profile_id = $1 OR server_host = $2)
     UNION ALL SELECT 'an item of ' || m.email_address || ' is set aside: ' || f.code FROM item_failures f JOIN mailboxes m ON m.id = f.mailbox_id
       WHERE m.profile_id = $1
     UNION ALL SELECT o.subject || ' is ' || o.state FROM outgoing_messages o JOIN mailboxes m ON m.id = o.mailbox_id
       WHERE m.profile_id = $1 AND o.state NOT IN ('sent', 'failed')`,
    [world.profileId, new URL(world.proxy.url).host],
  );
  return [...sick, ...rows.map(({ what }) => what)];
}

/** What the faults explain in no way, at the end. */
export async function violationsOf(stage: WholeStage, world: HostileWorld): Promise<string[]> {
  const stored = await storedOf(stage, world);
  return [
    ...world.plan.messages.flatMap((message) => receivingViolations(world, message, stored)),
    ...(await sendingViolations(stage, world)),
    ...(await stopViolations(stage, world)),
    ...callViolations(world),
  ];
}

function receivingViolations(
  world: HostileWorld,
  message: PlannedMessage,
  stored: ReadonlyMap<string, readonly StoredRow[]>,
): string[] {
  const rows = stored.get(subjectOf(world, message)) ?? [];
  const [row] = rows;
  if (!row) return [];
  const violations: string[] = [];
  if (rows.length > 1) violations.push(`${message.key} is stored ${rows.length} times`);
  if (row.announced !== 1) violations.push(`${message.key} was announced ${row.announced} times`);
  if (row.mailbox_id !== world.mailboxIds.get(message.mailbox))
    violations.push(`${message.key} is stored in another mailbox`);
  const lateMs = row.storedMs - Math.max(0, message.atMs);
  if (lateMs > paceMs && message.movesAtMs === null && !world.plan.faults.some((fault) => slows(fault, message)))
    violations.push(
      `${message.key} of ${message.mailbox} was stored ${Math.round(lateMs / 1_000)} s late without a fault`,
    );
  return violations;
}

/** An error counts against the thing that has it: mailboxes and profiles stop over their own only. */
async function stopViolations(stage: WholeStage, world: HostileWorld): Promise<string[]> {
  const rows = await stage.dataSource.query<{ type: string; mailbox: string | null; code: string | null }[]>(
    `SELECT e.type, m.email_address AS mailbox, coalesce(e.data->>'code', e.data->>'cause') AS code
     FROM events e LEFT JOIN mailboxes m ON m.id = e.mailbox_id
     WHERE e.profile_id = $1 AND e.type IN ('mailbox.failed', 'profile.suspended')`,
    [world.profileId],
  );
  return rows.flatMap(({ type, mailbox, code }) =>
    world.plan.faults.some((fault) => stops(fault, mailbox))
      ? []
      : [`${type} of ${mailbox ?? 'the profile'} over ${code}, which none of the faults is a reason for`],
  );
}

/** Whether a fault excuses that the mailbox, or (null) the profile stopped. */
function stops({ kind, detail, reach, target, stopsNothing }: Fault, mailbox: string | null): boolean {
  if (reach === 'sending') return target.mailbox === mailbox && isDenial(kind, detail);
  if (stopsNothing) return false;
  return reach === 'server' || (mailbox !== null && target.mailbox === mailbox);
}

/** A mailbox whose sending is denied rests, and is probed by sending. Whether it may send, only another message could tell. */
const isDenial = (kind: string, detail: string): boolean =>
  (kind === 'sending-refused-for-a-while' && detail.endsWith('403')) ||
  (kind === 'send-refused' && detail === 'ErrorSendAsDenied');

/** Whether a fault excuses that a message came late. */
function slows({ kind, detail, reach, target, harmless }: Fault, message: PlannedMessage): boolean {
  if (harmless) return false;
  switch (reach) {
    case 'server':
      return true;
    case 'mailbox':
      return target.mailbox === message.mailbox;
    case 'folder':
      return target.mailbox === message.mailbox && target.folder === message.folder;
    case 'message':
      return target.message.key === message.key;
    case 'sending':
      return target.mailbox === message.mailbox && isDenial(kind, detail);
  }
}

async function sendingViolations(stage: WholeStage, world: HostileWorld): Promise<string[]> {
  const violations: string[] = [];
  for (const planned of world.plan.sends) {
    const outgoing = succeeded(await stage.client().get(`/v1/outgoing-messages/${world.outgoingIds.get(planned.key)}`));
    const arrived = world.arrived(planned);
    const copies = arrived.length;
    const faults = world.plan.faults.filter(
      ({ reach, target }) => reach === 'sending' && target.mailbox === planned.mailbox,
    );
    const isDoubtful = faults.some(
      ({ kind, detail }) => kind === 'send-leaves-the-draft' && detail.endsWith('nothing'),
    );
    if (copies > (isDoubtful ? 2 : 1)) violations.push(`${planned.key} reached its recipient ${copies} times`);
    if (outgoing.state === 'sent' && copies === 0) violations.push(`${planned.key} is sent, and never arrived`);
    if (planned.withFile && !arrived.every((files) => files.includes(`${planned.key}.txt`)))
      violations.push(`${planned.key} arrived without its file`);
    const lateMs = outgoing.sentAt === null ? 0 : Date.parse(outgoing.sentAt) - world.startMs - planned.atMs;
    if (lateMs > sendingPaceMs && !world.plan.faults.some((fault) => delays(fault, planned)))
      violations.push(`${planned.key} was sent ${Math.round(lateMs / 1_000)} s late without a fault`);
    if (outgoing.state !== 'failed') continue;
    if (copies > 0 && !outgoing.mayHaveBeenSent)
      violations.push(`${planned.key} is failed, and arrived: ${outgoing.failure?.code}`);
    const isInDoubt =
      outgoing.failure?.code === 'MayHaveBeenDelivered' &&
      world.plan.faults.some((fault) => leavesDoubt(fault, planned));
    if (!isInDoubt && !faults.some((fault) => mayFail(fault, planned)))
      violations.push(`${planned.key} is failed without a fault: ${outgoing.failure?.code}`);
  }
  return violations;
}

/** Whether a fault excuses that a message went out late: one that is refused holds up no other. */
function delays({ kind, reach, target }: Fault, planned: PlannedSend): boolean {
  if (reach === 'server') return true;
  if (target.mailbox !== planned.mailbox) return false;
  return reach === 'mailbox' || (reach === 'sending' && (kind !== 'send-refused' || planned.refused));
}

/** Whether a fault can end a submission without telling whether it had an effect, which is for a person to judge. */
const leavesDoubt = ({ reach, target }: Fault, planned: PlannedSend): boolean =>
  reach === 'server' || (['mailbox', 'sending'].includes(reach) && target.mailbox === planned.mailbox);

/** Whether a fault is a reason to give a message up. */
function mayFail({ kind, detail }: Fault, planned: PlannedSend): boolean {
  switch (kind) {
    case 'send-refused':
      return planned.refused;
    case 'files-of-a-draft-dropped':
      return planned.withFile;
    case 'send-answer-lost':
    case 'send-leaves-the-draft':
      return true;
    case 'sending-refused-for-a-while':
      return detail.includes('Quota') || detail.includes('Limit');
    default:
      return false;
  }
}

/** Polls of two folders with some mail to fetch, and what narrowing down and looking again may cost on top. */
const callsPerPoll = 14;
const callsOnTop = 150;

function callViolations(world: HostileWorld): string[] {
  const polls = Math.ceil(world.nowMs() / pollingMs) + 1;
  return [...world.proxy.calls].flatMap(([mailbox, calls]) =>
    calls > callsOnTop + callsPerPoll * polls ? [`${calls} calls for ${mailbox} in ${polls} polling intervals`] : [],
  );
}

/** `delivery`: of a mail server (RFC 3464); `disposition`: of a recipient's mail program (RFC 8098). */
export const reportKinds = ['delivery', 'disposition'] as const;
export type ReportKind = (typeof reportKinds)[number];

/** What one report says of one recipient. */
export interface RecipientReport {
  readonly kind: ReportKind;
  /** In lower case: `failed`, `delayed`, `delivered`, `relayed`, `expanded`; `displayed`, `deleted` and others. */
  readonly action: string;
  /** Null where the report does not say. */
  readonly recipient: string | null;
  /** RFC 3463: `5.1.1`. */
  readonly status: string | null;
  /** The words of the server that refused it. */
  readonly diagnostic: string | null;
}

/** A report as people see it. */
export interface DeliveryReport extends RecipientReport {
  /** The received message that reports it. */
  readonly messageId: string;
  readonly at: Date;
}

/** A received report: what it says, and which messages it may be about, the likeliest first. */
export interface ParsedReport {
  readonly recipients: readonly RecipientReport[];
  readonly originalIds: readonly string[];
}

/** The parts of a report that matter here, decoded. */
export interface ReportPart {
  readonly contentType: string;
  readonly content: Buffer;
}

/** What a report is read from. */
export interface ReportSource {
  /** Exchange's class: `REPORT.IPM.Note.NDR`. */
  readonly itemClass: string | null;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly parts: readonly ReportPart[];
}

type Fields = ReadonlyMap<string, string>;

/** Servers invent long texts; what matters of them stands at their beginning. */
const maxDiagnosticLength = 1_000;
const maxAddressLength = 320;
/** A report on a list of thousands: enough to see what is wrong with it. */
const maxRecipients = 500;

/** Whether a message may be a report and is worth taking apart; by its headers alone. */
export function looksLikeReport(itemClass: string | null, contentType: string | null): boolean {
  return /^REPORT\./i.test(itemClass ?? '') || /^\s*multipart\/report\b/i.test(contentType ?? '');
}

/** Reads a report; null for a message that turns out to be none. */
export function parseReport({ itemClass, inReplyTo, references, parts }: ReportSource): ParsedReport | null {
  const recipients = parts.flatMap((part) => recipientsOf(part)).slice(0, maxRecipients);
  const fallback = recipients.length === 0 ? byItemClass(itemClass) : null;
  if (recipients.length === 0 && fallback === null) return null;
  const ids = [...parts.flatMap(originalIdsOf), ...idsIn(inReplyTo), ...[...references].reverse().flatMap(idsIn)];
  return { recipients: fallback ? [fallback] : recipients, originalIds: [...new Set(ids)] };
}

function recipientsOf({ contentType, content }: ReportPart): RecipientReport[] {
  switch (contentType.toLowerCase()) {
    case 'message/delivery-status':
    case 'message/global-delivery-status':
      return deliveryStatus(content.toString('utf8'));
    case 'message/disposition-notification':
    case 'message/global-disposition-notification':
      return disposition(content.toString('utf8'));
    default:
      return [];
  }
}

/** Groups of fields between empty lines: the first is of the message, each other of a recipient (RFC 3464, 2.1). */
function deliveryStatus(text: string): RecipientReport[] {
  return text.split(/\r?\n(?:[ \t]*\r?\n)+/).flatMap((group): RecipientReport[] => {
    const fields = fieldsOf(group);
    const recipient = addressOf(fields.get('final-recipient') ?? fields.get('original-recipient'));
    const action = wordOf(fields.get('action'));
    const status = /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(fields.get('status') ?? '')?.[1] ?? null;
    // Some servers put all into one group, so that the group of the message can be one of a recipient too.
    if (recipient === null || (action === null && status === null)) return [];
    return [
      {
        kind: 'delivery',
        action: action ?? (status?.startsWith('5') ? 'failed' : status?.startsWith('4') ? 'delayed' : 'delivered'),
        recipient,
        status,
        diagnostic: typedText(fields.get('diagnostic-code'))?.slice(0, maxDiagnosticLength) ?? null,
      },
    ];
  });
}

/** `Disposition: manual-action/MDN-sent-manually; displayed` (RFC 8098, 3.2.6). */
function disposition(text: string): RecipientReport[] {
  const fields = fieldsOf(text);
  const type = fields.get('disposition')?.split(';').at(-1)?.split('/')[0];
  const action = wordOf(type);
  if (action === null) return [];
  return [
    {
      kind: 'disposition',
      action,
      recipient: addressOf(fields.get('final-recipient') ?? fields.get('original-recipient')),
      status: null,
      diagnostic: fields.get('error')?.slice(0, maxDiagnosticLength) ?? null,
    },
  ];
}

/** Exchange gives some reports without a MIME that says more; their class says what they report. */
function byItemClass(itemClass: string | null): RecipientReport | null {
  const type = /^REPORT\..*\.(NDR|DR|IPNRN|IPNNRN)$/i.exec(itemClass ?? '')?.[1]?.toUpperCase();
  if (type === undefined) return null;
  const nothing = { recipient: null, status: null, diagnostic: null };
  if (type === 'NDR') return { kind: 'delivery', action: 'failed', ...nothing };
  if (type === 'DR') return { kind: 'delivery', action: 'delivered', ...nothing };
  return { kind: 'disposition', action: type === 'IPNRN' ? 'displayed' : 'deleted', ...nothing };
}

/** The Message-ID of what came back: in its headers, or where a disposition names it. */
function originalIdsOf({ contentType, content }: ReportPart): string[] {
  switch (contentType.toLowerCase()) {
    case 'text/rfc822-headers':
    case 'message/global-headers':
    case 'message/rfc822':
    case 'message/global': {
      const text = content.toString('latin1');
      const end = /\r?\n[ \t]*\r?\n/.exec(text.trimStart());
      return idsIn(fieldsOf(end ? text.trimStart().slice(0, end.index) : text).get('message-id') ?? null);
    }
    case 'message/disposition-notification':
    case 'message/global-disposition-notification':
      return idsIn(fieldsOf(content.toString('utf8')).get('original-message-id') ?? null);
    default:
      return [];
  }
}

/** Header fields by lower-case name, unfolded; the first of a name counts. */
function fieldsOf(text: string): Fields {
  const fields = new Map<string, string>();
  for (const line of text.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const [, name, value] = /^([!-9;-~]+)[ \t]*:(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined && !fields.has(name.toLowerCase()))
      fields.set(name.toLowerCase(), value.trim());
  }
  return fields;
}

/** `rfc822; <bob@example.com>` and what else servers write; what has no address type is taken as it is. */
function addressOf(field: string | undefined): string | null {
  const text = typedText(field)?.replace(/^<|>$/g, '').trim().slice(0, maxAddressLength);
  return text || null;
}

/** The text behind the type: `smtp; 550 5.1.1 …`. */
function typedText(field: string | undefined): string | null {
  if (field === undefined) return null;
  return field.replace(/^[\w.-]+[ \t]*;/, '').trim() || null;
}

function wordOf(text: string | undefined): string | null {
  return /^[a-z-]{1,40}/.exec(text?.trim().toLowerCase() ?? '')?.[0] ?? null;
}

const idsIn = (text: string | null): string[] => text?.match(/<[^<>\s]{1,996}>/g) ?? [];

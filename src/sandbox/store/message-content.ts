/** A person in a header: decoded display name (may be empty) and SMTP address (may be empty in broken mail). */
export interface Person {
  readonly name: string;
  readonly address: string;
}

/** The numbers of PidTagImportance and PidTagSensitivity. */
export const IMPORTANCE = { Low: 0, Normal: 1, High: 2 };
export const SENSITIVITY = { Normal: 0, Personal: 1, Private: 2, Confidential: 3 };

export interface AttachmentContent {
  /** Unique within its message; part of the attachment's id. */
  readonly uid: number;
  /** `item`: a message (message/rfc822) whose MIME is `content`. */
  readonly kind: 'file' | 'item';
  readonly name: string;
  readonly contentType: string;
  /** Without angle brackets. */
  readonly contentId?: string;
  readonly contentLocation?: string;
  readonly inline: boolean;
  readonly content: Buffer;
}

/**
 * What a message says, apart from where it lies and who has read it. Never changed in place, so that
 * copies share it: an update makes a new one.
 */
export interface MessageContent {
  /** The message as it came, byte for byte; absent for a draft made from properties. */
  readonly mime?: Buffer;
  readonly subject: string;
  readonly from?: Person;
  readonly sender?: Person;
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
  readonly bcc: readonly Person[];
  readonly replyTo: readonly Person[];
  /** With angle brackets. */
  readonly messageId?: string;
  readonly inReplyTo?: string;
  readonly references?: string;
  /** Epoch milliseconds of the Date header. */
  readonly sentAt?: number;
  readonly text?: string;
  readonly html?: string;
  /** In the order of the message, unfolded, otherwise as they came. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly attachments: readonly AttachmentContent[];
  readonly importance: keyof typeof IMPORTANCE;
  readonly sensitivity: keyof typeof SENSITIVITY;
  readonly readReceipt: boolean;
  readonly deliveryReceipt: boolean;
}

export const EMPTY_CONTENT: MessageContent = {
  subject: '',
  to: [],
  cc: [],
  bcc: [],
  replyTo: [],
  headers: [],
  attachments: [],
  importance: 'Normal',
  sensitivity: 'Normal',
  readReceipt: false,
  deliveryReceipt: false,
};

/** First value of a header, by name without regard to case. */
export function headerValue(content: MessageContent, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return content.headers.find((header) => header.name.toLowerCase() === wanted)?.value;
}

const base64Cache = new WeakMap<Buffer, string>();

/** Base64 of a buffer that is served again and again; kept as long as the buffer lives. */
export function cachedBase64(bytes: Buffer): string {
  let text = base64Cache.get(bytes);
  if (text === undefined) {
    text = bytes.toString('base64');
    base64Cache.set(bytes, text);
  }
  return text;
}

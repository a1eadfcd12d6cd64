import type { Command } from '../../drivers/port/explanations/command.js';

/** What a notification consists of, before it is laid out as plain text or HTML; each string is one harmless line. */
export type Block =
  | { readonly kind: 'paragraph'; readonly text: string }
  /** What stands out: the first thing to read. */
  | { readonly kind: 'lead'; readonly text: string }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'ranking'; readonly items: readonly string[] }
  | { readonly kind: 'rows'; readonly rows: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: 'commands'; readonly commands: readonly Command[] }
  | { readonly kind: 'excerpt'; readonly lines: readonly string[] }
  | { readonly kind: 'link'; readonly label: string; readonly url: string };

export interface NotificationDocument {
  readonly subject: string;
  readonly blocks: readonly Block[];
}

import type { CodeRow } from '../../drivers/port/explanations/code-row.js';
import { shellHeadings, type Command } from '../../drivers/port/explanations/command.js';
import { namesOf, type ExplanationContext } from '../../drivers/port/explanations/names.js';
import type { FailureCategory } from '../../drivers/port/failure-class.js';
import { apiCommands, syncNowCommands } from './api-commands.js';
import { rowOfStored } from './stored-rows.js';

export type { ExplanationContext } from '../../drivers/port/explanations/names.js';

/** What a person reads: what it means, and what to do about it. */
export interface Explanation {
  /** One line, without names. */
  readonly title: string;
  readonly cause: string;
  /** What to do, with the commands. */
  readonly remedy: string;
}

/** An explanation in its parts, for whoever lays it out. */
export interface FullExplanation extends Explanation {
  /** What to do, without the commands. */
  readonly advice: string;
  /** Likely causes, the likeliest first; none where `cause` says all there is. */
  readonly causes: string[];
  readonly commands: Command[];
  /** Whether it usually passes with nobody doing anything. Postroom notices either way. */
  readonly selfHealing: boolean;
  /** What Postroom does until then. */
  readonly meanwhile: string;
}

type Known = { readonly code: string; readonly category: FailureCategory };

/** Plain words for a failure, the names of the profile and mailbox filled in. */
export function explain(failure: Known, context: ExplanationContext): Explanation {
  const { title, cause, remedy } = explainInFull(failure, context);
  return { title, cause, remedy };
}

/** Plain words for a failure and the commands that mend it, for the kind of server that the profile has. */
export function explainInFull(failure: Known, context: ExplanationContext): FullExplanation {
  const row = rowOfStored(failure.code, failure.category);
  const names = namesOf(context, apiCommands(context));
  const { title, meaning, advice, causes = [], selfHealing, ...words } = row.words(names);
  const commands = [...(words.commands ?? []), ...(stopsMailbox(row) ? syncNowCommands(context) : [])];
  return {
    title,
    cause: meaning,
    remedy: [advice, ...groupedByShell(commands).flatMap(linesOf)].join('\n'),
    advice,
    causes: [...causes],
    commands,
    selfHealing: selfHealing ?? row.retry !== 'never',
    meanwhile: names.value('othersSignedIn') === null ? meanwhile(row) : meanwhileAlone,
  };
}

/** Commands in their order, those that follow each other in one shell together. */
export function groupedByShell(commands: readonly Command[]): Command[][] {
  const groups: Command[][] = [];
  for (const command of commands) {
    const last = groups.at(-1);
    if (last?.[0]?.shell === command.shell) last.push(command);
    else groups.push([command]);
  }
  return groups;
}

/** A group as plain text: where to type, then each purpose with its command indented below. */
export function linesOf(group: readonly Command[]): string[] {
  const [first] = group;
  if (!first) return [];
  return [
    `${shellHeadings[first.shell]}:`,
    ...group.flatMap(({ purpose, command }) => [purpose, ...command.split('\n').map((line) => `  ${line}`)]),
  ];
}

const stopping: readonly FailureCategory[] = ['impersonation-permission', 'credentials-auth', 'mailbox-gone-moved'];

const stopsMailbox = ({ category, retry }: CodeRow): boolean =>
  stopping.includes(category) && (retry === 'never' || category === 'impersonation-permission');

const meanwhileAlone =
  'The mailbox waits, and the others of the profile go on. Postroom asks for it again, soon at first and then about every quarter of an hour.';

/** Follows what `consequenceOf` makes of the same class. */
function meanwhile(row: CodeRow): string {
  const { category, scope, retry } = row;
  if (category === 'throttling') {
    return scope === 'mailbox'
      ? 'What the limit holds up waits and goes on by itself; the rest of the mailbox works.'
      : 'A mailbox that meets it waits for the time that the server asks for. When several meet it at once, all mailboxes of the profile wait, and then go on with fewer calls at once.';
  }
  if (category === 'credentials-auth' && scope === 'profile' && retry === 'never') {
    return 'All mailboxes of the profile wait, so that the account is not locked. One of them asks again, soon at first and then about every quarter of an hour, and all go on when it is let in.';
  }
  if (stopsMailbox(row)) {
    return 'The mailbox waits. Postroom asks the server again, soon at first and then about every quarter of an hour, and goes on by itself when it is let in. Of many mailboxes a few ask for all.';
  }
  if (scope === 'item' && retry === 'never') {
    return 'Everything else of the mailbox goes on. An item that cannot be read is tried five times; a message that cannot be sent is marked as failed, with the reason.';
  }
  if (retry === 'resync' || retry === 'immediately')
    return 'Postroom goes on by itself at once; nothing is lost or stored twice.';
  if ((category === 'network' || category === 'protocol') && scope === 'server') {
    return 'Postroom tries again by itself. While the server stays away, one call every two minutes at most asks whether it is back, and everything goes on with the first answer.';
  }
  if (category === 'other' && retry === 'never') return 'Mail goes on.';
  return 'Postroom tries again by itself, after growing waits of at most a quarter of an hour, and goes on when it works.';
}

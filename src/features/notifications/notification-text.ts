import { explainInFull, groupedByShell, type FullExplanation } from '../failures/explanations.js';
import { incidentAddress } from './incident-address.js';
import { duration, moment } from './moments.js';
import type { Block, NotificationDocument } from './notification-document.js';
import type { NotificationFacts } from './notification-facts.js';
import { htmlPage } from './notification-html.js';
import { plainText } from './notification-plain.js';
import {
  answerLines,
  clipped,
  countOf,
  enumeration,
  mailboxNames,
  serverName,
  shownLine,
  undertaking,
} from './notification-words.js';

export type { NotificationFacts } from './notification-facts.js';

/** A notification as it is mailed; text and HTML say the same. */
interface NotificationText {
  /** One line of at most 150 characters. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const maxSubjectLength = 150;

/** The words of a notification: pure, so that they can be held against golden files. */
export function notificationText(facts: NotificationFacts): NotificationText {
  const explanation = explainInFull(facts.incident.failure, {
    username: facts.profile.username,
    ewsUrl: facts.profile.ewsUrl,
    mailbox: facts.mailboxes[0] ?? '',
    values: facts.incident.failure.values,
    mailboxes: facts.mailboxes,
    furtherMailboxes: Math.max(0, stillStruck(facts) - facts.mailboxes.length),
    publicUrl: facts.publicUrl,
    ...(facts.profile.id === undefined ? {} : { profileId: facts.profile.id }),
    ...(facts.mailboxIds?.[0] === undefined ? {} : { mailboxId: facts.mailboxIds[0] }),
  });
  const { subject, blocks } = facts.kind === 'recovered' ? recovery(facts, explanation) : trouble(facts, explanation);
  const line = clipped(`[Postroom] ${subject}`, maxSubjectLength);
  return { subject: line, text: plainText(blocks), html: htmlPage(line, blocks) };
}

function trouble(facts: NotificationFacts, explanation: FullExplanation): NotificationDocument {
  const { incident } = facts;
  const isNotice = incident.scope === 'notice';
  return {
    subject: `${subjectStart(facts, explanation.title)}: ${subjectName(facts)}`,
    blocks: [
      greeting(facts),
      ...(facts.kind === 'escalated' ? [unansweredBlock(facts)] : []),
      { kind: 'lead', text: `${explanation.title}. ${heldUp(facts)}` },
      ...beingChecked(facts),
      ...(facts.kind === 'digest' ? [progress(facts)] : []),
      { kind: 'rows', rows: summary(facts) },
      { kind: 'heading', text: 'What it means' },
      { kind: 'paragraph', text: explanation.cause },
      ...section('Likely causes, the likeliest first', explanation.causes, (items) => ({ kind: 'ranking', items })),
      { kind: 'heading', text: 'What to do' },
      { kind: 'paragraph', text: explanation.advice },
      ...groupedByShell(explanation.commands).map((commands): Block => ({ kind: 'commands', commands })),
      { kind: 'heading', text: 'Until then' },
      { kind: 'paragraph', text: explanation.meanwhile },
      ...(isNotice ? [] : [paragraph('Nothing is lost: mail stays on the server, and messages to send wait here.')]),
      incidentLink(facts),
      { kind: 'heading', text: 'Technical details' },
      { kind: 'rows', rows: details(facts) },
      ...section('What the server answered', answerLines(facts.soapExcerpt), (lines) => ({ kind: 'excerpt', lines })),
    ],
  };
}

const paragraph = (text: string): Block => ({ kind: 'paragraph', text });

const section = (heading: string, items: readonly string[], block: (items: readonly string[]) => Block): Block[] =>
  items.length === 0 ? [] : [{ kind: 'heading', text: heading }, block(items)];

const greeting = ({ ownerName }: NotificationFacts): Block => paragraph(`Hello ${shownLine(ownerName)},`);

const incidentLink = ({ publicUrl, incident }: NotificationFacts): Block => ({
  kind: 'link',
  label: 'The incident',
  url: incidentAddress(publicUrl, incident.id),
});

const profileName = ({ profile }: NotificationFacts): string => `“${shownLine(profile.name)}”`;

/** Whose trouble it is: a server's, or a profile's. */
const subjectName = (facts: NotificationFacts): string =>
  facts.incident.scope === 'server' ? serverName(facts) : shownLine(facts.profile.name);

/** A profile's incident that grew out of its mailboxes' names them; one of the service account concerns them all. */
const namesMailboxes = ({ incident }: NotificationFacts): boolean =>
  incident.scope === 'mailbox' ||
  incident.scope === 'notice' ||
  (incident.scope === 'profile' && incident.affected > 0);

const stillStruck = ({ incident }: NotificationFacts): number => incident.stopped ?? incident.affected;

function subjectStart(facts: NotificationFacts, title: string): string {
  const { kind } = facts;
  if (kind === 'escalated') return `Nobody has taken up: ${title}`;
  if (kind !== 'digest') return title;
  const count = stillStruck(facts);
  return `It lasts: ${title}${namesMailboxes(facts) && count > 1 ? ` (${countOf(count, 'mailbox')})` : ''}`;
}

function heldUp(facts: NotificationFacts): string {
  switch (facts.incident.scope) {
    case 'notice':
      return `Mail of the profile ${profileName(facts)} goes on; this is about ${mailboxNames(facts, stillStruck(facts))}.`;
    case 'server':
      return `Mail is held up for ${profilesAtServer(facts)}.`;
    case 'profile':
    case 'mailbox':
      if (!namesMailboxes(facts)) return `Mail is held up for all mailboxes of the profile ${profileName(facts)}.`;
      return `Mail is held up for ${mailboxNames(facts, stillStruck(facts))} in the profile ${profileName(facts)}.`;
  }
}

function beingChecked({ checking = 0 }: NotificationFacts): Block[] {
  if (checking === 0) return [];
  const [who, verb] = [countOf(checking, 'further mailbox', 'further mailboxes'), checking === 1 ? 'is' : 'are'];
  return [
    paragraph(`${who} met the same once and ${verb} being checked; the next message counts those that are struck.`),
  ];
}

function profilesAtServer(facts: NotificationFacts): string {
  const names = (facts.profiles ?? []).map((name) => `“${shownLine(name)}”`);
  return names.length > 1
    ? `the profiles ${enumeration(names, names.length)}, which share ${serverName(facts)}`
    : `the profile ${profileName(facts)}, which uses ${serverName(facts)}`;
}

const lasted = ({ incident, now }: NotificationFacts): string | null =>
  now ? duration(now.getTime() - incident.openedAt.getTime()) : null;

function progress(facts: NotificationFacts): Block {
  const { incident, newly } = facts;
  const time = lasted(facts);
  const sentences = [
    time ? `This has lasted for ${time} now.` : 'This still lasts.',
    ...(newly
      ? [
          `Since the last message ${countOf(newly, 'more mailbox', 'more mailboxes')} ${newly === 1 ? 'was' : 'were'} struck.`,
        ]
      : []),
    ...(namesMailboxes(facts) && incident.stopped != null && incident.stopped < incident.affected
      ? [`${countOf(incident.affected - incident.stopped, 'mailbox')} recovered already.`]
      : []),
  ];
  return paragraph(sentences.join(' '));
}

function unansweredBlock(facts: NotificationFacts): Block {
  const { unanswered, now } = facts;
  const reason = `You are the escalation contact of the profile ${profileName(facts)}.`;
  if (!unanswered) return paragraph(`${reason} Nobody has acknowledged this incident so far.`);
  const { ownerName, ownerEmail, toldAt } = unanswered;
  const since = now ? ` (${duration(now.getTime() - toldAt.getTime())} ago)` : '';
  return paragraph(
    `${reason} ${shownLine(ownerName)}${ownerEmail ? ` (${shownLine(ownerEmail)})` : ''} was told on ${moment(toldAt)}${since}, and nobody has acknowledged it since.`,
  );
}

function summary(facts: NotificationFacts): [string, string][] {
  const { incident } = facts;
  const time = facts.kind === 'opened' ? null : lasted(facts);
  return [
    ...(incident.scope === 'notice' ? [] : [['While', undertaking(facts)] as [string, string]]),
    ...(namesMailboxes(facts) ? [['Mailboxes', mailboxNames(facts, stillStruck(facts))] as [string, string]] : []),
    ['Since', `${moment(incident.openedAt)}${time ? `, for ${time}` : ''}`],
    ['Server', serverName(facts)],
  ];
}

function details({ incident, profile }: NotificationFacts): [string, string][] {
  const { failure } = incident;
  const rows: [string, string | number | null][] = [
    ['Activity id', incident.id],
    ['Code', failure.code],
    ['Server’s words', failure.message],
    ['EWS operation', failure.operation],
    ['HTTP status', failure.httpStatus],
    ['At', failure.at],
    ['Request id', failure.requestId],
    ['Client request id', failure.clientRequestId],
    ['Front-end server', failure.frontEndServer],
    ['Back-end server', failure.backEndServer],
    ['Server version', failure.serverVersion],
    ['EWS address', profile.ewsUrl],
    ['Service account', profile.username],
  ];
  return rows
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => [name, shownLine(String(value), 1_000)]);
}

function recovery(facts: NotificationFacts, { title }: FullExplanation): NotificationDocument {
  const { incident } = facts;
  const isNotice = incident.scope === 'notice';
  const time = incident.closedAt ? duration(incident.closedAt.getTime() - incident.openedAt.getTime()) : null;
  const struck = namesMailboxes(facts) ? ` It concerned ${mailboxNames(facts, incident.affected)}.` : '';
  return {
    subject: `Recovered: ${subjectName(facts)}`,
    blocks: [
      greeting(facts),
      {
        kind: 'lead',
        text: isNotice
          ? `All is well again with the profile ${profileName(facts)}.`
          : incident.scope === 'server'
            ? `Mail flows again for ${profilesAtServer(facts)}.`
            : `Mail of the profile ${profileName(facts)} flows again.`,
      },
      paragraph(`The trouble was: ${title}.${time ? ` It lasted ${time}.` : ''}${struck}`),
      ...(isNotice ? [] : [paragraph(caughtUp(facts))]),
      {
        kind: 'rows',
        rows: [
          ['Since', moment(incident.openedAt)],
          ...(incident.closedAt ? [['Until', moment(incident.closedAt)] as [string, string]] : []),
          ['Activity id', shownLine(incident.id)],
        ],
      },
      incidentLink(facts),
    ],
  };
}

function caughtUp({ caughtUp: counts }: NotificationFacts): string {
  const { received, sent } = counts ?? { received: null, sent: null };
  return ['Nothing was lost.', fetched(received), delivered(sent)].join(' ');
}

function fetched(count: number | null): string {
  if (count === null) return 'What arrived meanwhile is being fetched.';
  if (count === 0) return 'No message arrived meanwhile.';
  return `Of what arrived meanwhile, ${countOf(count, 'message')} ${count === 1 ? 'was' : 'were'} fetched.`;
}

function delivered(count: number | null): string {
  if (count === null) return 'What waited to be sent is being sent.';
  if (count === 0) return 'No message waited to be sent.';
  return `Of what waited to be sent, ${countOf(count, 'message')} ${count === 1 ? 'was' : 'were'} sent.`;
}

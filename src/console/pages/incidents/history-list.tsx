import { Spoiler, Text, Timeline, Title } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconCheck,
  IconMail,
  IconMailOff,
  IconMessage,
  IconTrendingUp,
  IconUser,
} from '@tabler/icons-react';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { historyOf, type HistoryEntry } from './history.js';

const icons: Readonly<Record<HistoryEntry['kind'], typeof IconMail>> = {
  opened: IconAlertTriangle,
  grew: IconTrendingUp,
  back: IconArrowBackUp,
  told: IconMail,
  'not-told': IconMailOff,
  act: IconUser,
  comment: IconMessage,
  closed: IconCheck,
};

/** Of more the API has the beginning no longer at hand. */
const mostActs = 50;
const mostMails = 20;

/** What happened, who was told and what people did, newest first. */
export function History({ incident }: { readonly incident: Schema<'Incident'> }) {
  const { acts, notifications } = incident;
  return (
    <>
      <Title order={2} size="h4" mb="sm" id="history">
        Timeline
      </Title>
      <Timeline bulletSize={24} lineWidth={2} mb="md">
        {historyOf(incident).map(({ key, at, kind, title, text, until }) => {
          const Icon = icons[kind];
          return (
            <Timeline.Item
              key={key}
              bullet={<Icon size={14} aria-hidden />}
              title={
                <Text size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
                  {title}
                  {until && (
                    <>
                      {' '}
                      <Moment at={until} exact />
                    </>
                  )}
                </Text>
              }
            >
              <Text size="xs" c="dimmed">
                <Moment at={at} exact />
              </Text>
              {text && (kind === 'comment' ? <Comment text={text} /> : <MailText text={text} />)}
            </Timeline.Item>
          );
        })}
      </Timeline>
      {(acts.length >= mostActs || notifications.length >= mostMails) && (
        <Text size="xs" c="dimmed" mb="md">
          The latest {mostActs} acts and {mostMails} mails are shown.
        </Text>
      )}
    </>
  );
}

const Comment = ({ text }: { readonly text: string }) => (
  <Spoiler maxHeight={160} showLabel="Show all of it" hideLabel="Show less">
    <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
      {text}
    </Text>
  </Spoiler>
);

const MailText = ({ text }: { readonly text: string }) => (
  <details>
    <Text component="summary" size="xs" style={{ cursor: 'pointer' }}>
      The mail
    </Text>
    <Text size="xs" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
      {text}
    </Text>
  </details>
);

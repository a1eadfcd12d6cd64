import { Accordion, Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, unwrap } from '../../api/client.js';
import { MailboxName } from '../../parts/mail/mailbox-name.js';
import { Moment } from '../../parts/moment.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageHead } from '../../parts/page-head.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { shownSubject } from './subject.js';
import { ThreadEntry } from './thread-entry.js';

const aPage = 200;
/** The latest stand at the end, so all pages are read; beyond these nobody would. */
const mostPages = 5;

/** A conversation: what was received and sent, oldest first, the latest open. */
export default function Page({ id }: { readonly id: string }) {
  const { thread, messages, isWhole, error, refetch } = useThread(id);
  if (error)
    return (
      <>
        <PageHead title="Thread" />
        <Trouble error={error} onRetry={refetch} />
        <To href="/messages">All messages</To>
      </>
    );
  if (!thread || !messages)
    return (
      <>
        <PageHead title="Thread" />
        <Skeleton height={56} mb="sm" />
        <Skeleton height={56} mb="sm" />
        <Skeleton height={320} />
      </>
    );
  const latest = messages.at(-1);
  return (
    <>
      <PageHead title={shownSubject(thread.subject)} about={<About thread={thread} messages={messages} />} />
      {!isWhole && <p>Only the first {messages.length} messages are shown.</p>}
      {latest ? (
        <Entries key={thread.id} messages={messages} latestId={latest.id} />
      ) : (
        <NothingHere title="Nothing is left of this thread">
          Its messages are gone with their mailboxes, or with what the server holds.
        </NothingHere>
      )}
    </>
  );
}

function useThread(id: string) {
  const { data, error, refetch, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = useInfiniteQuery({
    // Under the API's path, so that events about threads have it read anew.
    queryKey: ['thread', '/v1/threads/{id}', id],
    initialPageParam: '',
    queryFn: async ({ pageParam }) => {
      const query = { limit: aPage, ...(pageParam && { cursor: pageParam }) };
      return unwrap(await api.GET('/v1/threads/{id}', { params: { path: { id }, query } }));
    },
    getNextPageParam: ({ nextCursor }, pages) => (pages.length < mostPages ? nextCursor : null),
  });
  useEffect(() => {
    if (hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);
  const isRead = data !== undefined && !hasNextPage;
  return {
    thread: data?.pages[0],
    messages: isRead ? data.pages.flatMap((page) => page.messages) : undefined,
    isWhole: data?.pages.at(-1)?.nextCursor === null,
    error: data === undefined || isFetchNextPageError ? error : null,
    refetch: () => void refetch(),
  };
}

type Thread = NonNullable<ReturnType<typeof useThread>['thread']>;

function About({ thread, messages }: { readonly thread: Thread; readonly messages: Thread['messages'] }) {
  const { messageCount, outgoingCount, lastMessageAt } = thread;
  const mailboxes = [...new Map(messages.map(({ mailboxId, mailboxAddress }) => [mailboxId, mailboxAddress]))];
  return (
    <>
      {messageCount === 1 ? '1 message' : `${messageCount} messages`}
      {outgoingCount > 0 && `, ${outgoingCount} of them sent`}; the latest <Moment at={lastMessageAt} />. In{' '}
      {mailboxes.slice(0, 3).map(([mailboxId, address], index) => (
        <span key={mailboxId}>
          {index > 0 && ', '}
          <MailboxName id={mailboxId} address={address} inText />
        </span>
      ))}
      {mailboxes.length > 3 && ` and ${mailboxes.length - 3} more`}.
    </>
  );
}

interface EntriesProps {
  readonly messages: Thread['messages'];
  readonly latestId: string;
}

function Entries({ messages, latestId }: EntriesProps) {
  // What comes while one reads does not close what is open.
  const [open, setOpen] = useState([latestId]);
  return (
    <Accordion multiple variant="separated" order={2} value={open} onChange={setOpen}>
      {messages.map((message) => (
        <ThreadEntry key={message.id} message={message} isOpen={open.includes(message.id)} />
      ))}
    </Accordion>
  );
}

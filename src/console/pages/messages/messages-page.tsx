import { keepPreviousData } from '@tanstack/react-query';
import { Button } from '@mantine/core';
import { $api } from '../../api/client.js';
import { MailFilterFields } from '../../parts/mail/mail-filter-fields.js';
import { useMailFilters } from '../../parts/mail/use-mail-filters.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageHead } from '../../parts/page-head.js';
import { PageButtons, usePages } from '../../parts/pages.js';
import { Rows } from '../../parts/rows.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { messageColumns } from './message-columns.js';
import { shownRows } from '../../parts/shown-rows.js';

const rowsAPage = 50;

/** Received mail of all mailboxes that one sees, newest first. */
export default function Page() {
  const filtering = useMailFilters();
  const { q, profileId, mailboxId } = filtering.filters;
  const pages = usePages(JSON.stringify([q, profileId, mailboxId]));
  const { cursor } = pages;
  const query = {
    limit: rowsAPage,
    ...(q && { q }),
    ...(profileId && { profileId }),
    ...(mailboxId && { mailboxId }),
    ...(cursor && { cursor }),
  };
  const { data, error, refetch, isPlaceholderData } = $api.useQuery(
    'get',
    '/v1/messages',
    { params: { query } },
    { placeholderData: keepPreviousData },
  );
  const items = shownRows({ data, isPlaceholderData });
  const isEmpty = items?.length === 0;
  return (
    <>
      <PageHead title="Messages" about="Mail that was received, newest first." />
      <MailFilterFields {...filtering} />
      <Trouble error={error} onRetry={() => void refetch()} />
      {isEmpty && filtering.isFiltered && <NothingFound clear={filtering.clear} />}
      {isEmpty && !filtering.isFiltered && <NothingYet />}
      {!isEmpty && (data || !error) && (
        <Rows caption="Received messages" columns={messageColumns} rows={items} keyOf={({ id }) => id} />
      )}
      <PageButtons pages={pages} nextCursor={data?.nextCursor} />
    </>
  );
}

function NothingFound({ clear }: { readonly clear: () => void }) {
  return (
    <NothingHere
      title="Nothing matches"
      action={
        <Button variant="default" onClick={clear}>
          Show all messages
        </Button>
      }
    >
      The search looks at subjects, and at names and addresses of senders and recipients, not into the text. All words
      must be there; the last may be a beginning. <bdi>ben@</bdi> and <bdi>@example.com</bdi> find addresses.
    </NothingHere>
  );
}

function NothingYet() {
  return (
    <NothingHere title="No messages yet" action={<To href="/mailboxes">To the mailboxes</To>}>
      Mail that a mailbox receives appears here within seconds. Nothing comes in while a mailbox is paused or failed, or
      while its filter keeps mail out; each mailbox’s page tells.
    </NothingHere>
  );
}

import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { NothingHere } from '../../parts/nothing-here.js';
import { useMay } from '../../session/session.js';

/** What an empty installation needs next. */
export function FirstStep({ missing }: { readonly missing: 'profile' | 'mailboxes' }) {
  const mayWrite = useMay('write');
  const mayAdmin = useMay('admin');
  if (missing === 'profile')
    return (
      <NothingHere
        title={mayAdmin ? 'Begin with a profile' : 'There is nothing of yours here yet'}
        action={
          mayAdmin && (
            <Button component={Link} href="/profiles/new">
              Create a profile
            </Button>
          )
        }
      >
        {mayAdmin
          ? 'A profile is a mail server with the account by which Postroom opens mailboxes there. It is tested before it is saved, and you get the commands that prepare the server.'
          : 'An administrator of Postroom makes you a member of the profiles that you look after; then they stand here.'}
      </NothingHere>
    );
  return (
    <NothingHere
      title="Now the mailboxes"
      action={
        mayWrite && (
          <Button component={Link} href="/mailboxes/import">
            Import mailboxes
          </Button>
        )
      }
    >
      There is a profile, and no mailbox in it yet. Paste addresses or take a CSV file; each row is looked at before
      anything is stored.
    </NothingHere>
  );
}

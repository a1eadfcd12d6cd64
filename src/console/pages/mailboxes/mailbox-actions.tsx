import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { $api, api, unwrap } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { AskButton } from '../../parts/ask-button.js';
import { useSay } from '../../parts/said.js';
import { useMay } from '../../session/session.js';
import { EditMailboxDialog } from './edit-mailbox-dialog.js';
import { TestDialog } from './test-dialog.js';
import { testBody, type TestWish } from './test-wish.js';
import { TestWishDialog } from './test-wish-dialog.js';
import { useReread } from './use-reread.js';

type Mailbox = Schema<'Mailbox'>;

/** What one can do to a mailbox; nothing for those who may only look. */
export function MailboxActions({ mailbox }: { readonly mailbox: Mailbox }) {
  const { id, emailAddress, state, approvedAt } = mailbox;
  const say = useSay();
  const reread = useReread();
  const [, go] = useLocation();
  const mayWrite = useMay('write');
  const mayApprove = useMay('admin');
  const [wishing, wish] = useDisclosure(false);
  const [editing, edit] = useDisclosure(false);
  const [testId, setTestId] = useState<string | null>(null);
  const params = { params: { path: { id } } };
  const told = (text: string) => ({
    onSuccess: () => {
      say.done(text);
      return reread();
    },
    onError: say.failed,
  });
  const sync = $api.useMutation('post', '/v1/mailboxes/{id}/sync', told('A sync was asked for; it begins at once.'));
  const resume = $api.useMutation('post', '/v1/mailboxes/{id}/resume', told('Resumed; it syncs at once.'));
  if (!mayWrite) return null;
  const pause = async () => {
    unwrap(await api.POST('/v1/mailboxes/{id}/pause', params));
    await reread();
  };
  const approve = async () => {
    unwrap(await api.POST('/v1/mailboxes/{id}/approve', params));
    await reread();
  };
  const test = async (asked: TestWish) => {
    const answer = await api.POST('/v1/mailboxes/{id}/test', { ...params, body: testBody(asked) });
    setTestId(unwrap(answer).id);
    await reread();
  };
  const remove = async () => {
    unwrap(await api.DELETE('/v1/mailboxes/{id}', params));
    go('/mailboxes');
    say.done(`${emailAddress} is deleted.`);
    await reread(id);
  };
  return (
    <>
      <Button onClick={wish.open}>Test…</Button>
      {state === 'paused' ? (
        approvedAt !== null && (
          <Button variant="default" loading={resume.isPending} onClick={() => resume.mutate(params)}>
            Resume
          </Button>
        )
      ) : (
        <Button variant="default" loading={sync.isPending} onClick={() => sync.mutate(params)}>
          Sync now
        </Button>
      )}
      {approvedAt === null && mayApprove && (
        <AskButton harmless label="Approve" title="Approve this mailbox?" onConfirm={approve}>
          You vouch for {emailAddress}: its mail may be received and sent. It does not start by itself; resume or test
          it afterwards.
        </AskButton>
      )}
      {state !== 'paused' && (
        <AskButton label="Pause" title="Pause this mailbox?" onConfirm={pause}>
          Nothing of {emailAddress} is received or sent until somebody resumes it. Messages that are to be sent wait.
        </AskButton>
      )}
      <Button variant="default" onClick={edit.open}>
        Edit
      </Button>
      <AskButton label="Delete" title="Delete this mailbox?" onConfirm={remove}>
        {emailAddress} goes from Postroom, with every message of it that is stored here, its timeline and its tests.
        Messages that wait to be sent are not sent. Nothing changes on the mail server. This cannot be undone.
      </AskButton>
      {wishing && <TestWishDialog title={`Test ${emailAddress}`} onClose={wish.close} onTest={test} />}
      {testId !== null && <TestDialog id={testId} onClose={() => setTestId(null)} />}
      {editing && <EditMailboxDialog mailbox={mailbox} onClose={edit.close} />}
    </>
  );
}

import { Button, Textarea } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { $api } from '../../api/client.js';
import { Trouble } from '../../parts/trouble.js';
import { useAct } from './use-act.js';

const longest = 10_000;

/** What one wants the others to know; also when it is over. */
export function CommentBox({ incidentId }: { readonly incidentId: string }) {
  const [text, setText] = useState('');
  const act = useAct();
  const comment = $api.useMutation('post', '/v1/incidents/{id}/comments', {
    onSuccess: () => {
      setText('');
      return act.done('Your comment is there. Nobody is mailed about it.');
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') comment.mutate({ params: { path: { id: incidentId } }, body: { text: text.trim() } });
  };
  return (
    <form onSubmit={submit}>
      <Textarea
        label="Comment"
        placeholder="What you found out or did"
        autosize
        minRows={2}
        maxRows={10}
        maxLength={longest}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Trouble error={comment.error} />
      <Button
        type="submit"
        variant="default"
        size="xs"
        mt="xs"
        disabled={text.trim() === ''}
        loading={comment.isPending}
      >
        Add the comment
      </Button>
    </form>
  );
}

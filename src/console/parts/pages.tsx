import { Button, Group } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';

/**
 * Where one is in a list of the API, which knows only the page behind a cursor: remembers the ways back.
 * @param list what the list is filtered by; another one begins at its first page
 */
export function usePages(list: string) {
  const [place, setPlace] = useState<{ list: string; cursors: readonly string[] }>({ list, cursors: [] });
  const cursors = place.list === list ? place.cursors : [];
  return {
    cursor: cursors.at(-1),
    number: cursors.length + 1,
    next: (cursor: string) => setPlace({ list, cursors: [...cursors, cursor] }),
    previous: () => setPlace({ list, cursors: cursors.slice(0, -1) }),
  };
}

interface PageButtonsProps {
  readonly pages: ReturnType<typeof usePages>;
  /** Of the page that is shown; undefined while it loads. */
  readonly nextCursor: string | null | undefined;
}

/** Previous and next; nothing where there is but one page. */
export function PageButtons({ pages, nextCursor }: PageButtonsProps) {
  if (pages.number === 1 && !nextCursor) return null;
  return (
    <Group component="nav" aria-label="Pages" justify="flex-end" mt="sm" gap="xs">
      <Button
        variant="default"
        size="compact-md"
        leftSection={<IconChevronLeft size={16} />}
        disabled={pages.number === 1}
        onClick={pages.previous}
      >
        Previous
      </Button>
      <span aria-live="polite">Page {pages.number}</span>
      <Button
        variant="default"
        size="compact-md"
        rightSection={<IconChevronRight size={16} />}
        disabled={!nextCursor}
        onClick={() => nextCursor && pages.next(nextCursor)}
      >
        Next
      </Button>
    </Group>
  );
}

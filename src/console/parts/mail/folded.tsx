import { Accordion, Code } from '@mantine/core';
import type { ReactNode } from 'react';

interface FoldedProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** What few people look for, under a line to open. */
export function Folded({ title, children }: FoldedProps) {
  return (
    <Accordion variant="contained" order={2} chevronPosition="left">
      <Accordion.Item value="only">
        <Accordion.Control>{title}</Accordion.Control>
        <Accordion.Panel>{children}</Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

interface Header {
  readonly name: string;
  readonly value: string;
}

/** Headers as they stand in a message. */
export function HeaderLines({ headers }: { readonly headers: readonly Header[] }) {
  return (
    <Code block tabIndex={0} role="region" aria-label="Headers" style={{ maxHeight: '60vh', overflow: 'auto' }}>
      {headers.map(({ name, value }) => `${name}: ${value}`).join('\n')}
    </Code>
  );
}

import { Anchor, type AnchorProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

interface ToProps extends AnchorProps {
  /** A page of the console, such as `/mailboxes/…`. */
  readonly href: string;
  readonly children: ReactNode;
}

/** A link to another page of the console. */
export function To({ href, children, ...anchor }: ToProps) {
  return (
    <Anchor component={Link} href={href} inherit {...anchor}>
      {children}
    </Anchor>
  );
}

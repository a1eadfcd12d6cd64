import { Badge, Text } from '@mantine/core';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../moment.js';
import { standingOf, stateWords } from './outgoing-words.js';

/** The state of an outgoing message as a word, never as a colour alone. */
export function OutgoingBadge({ state }: { readonly state: string }) {
  const { label, color, means } = stateWords(state);
  return (
    <Badge color={color} variant="light" tt="none" title={means}>
      {label}
    </Badge>
  );
}

interface OutgoingStandingProps {
  readonly message: Schema<'OutgoingMessageSummary'>;
  /** The title of its failure; not where that stands beside it. */
  readonly withReason?: boolean;
}

/** What an outgoing message waits for or what became of it, in a line or two. */
export function OutgoingStanding({ message, withReason = true }: OutgoingStandingProps) {
  const { words, at, why } = standingOf(message);
  return (
    <Text size="sm" component="div">
      {words} {at !== null && <Moment at={at} />}
      {withReason && why !== null && (
        <Text size="sm" c="dimmed">
          {why}
        </Text>
      )}
    </Text>
  );
}

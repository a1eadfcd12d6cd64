import { Text } from '@mantine/core';
import { CommandBlock } from './command-block.js';
import { remedyParts } from './remedy-parts.js';

/** What to do about a failure, its commands to be copied one by one. */
export function Remedy({ text }: { readonly text: string }) {
  return remedyParts(text).map((part, index) =>
    part.kind === 'text' ? (
      <Text key={index} size="sm" mb="xs">
        {part.text}
      </Text>
    ) : (
      <CommandBlock key={index} purpose={part.purpose} shell={part.shell} command={part.command} />
    ),
  );
}

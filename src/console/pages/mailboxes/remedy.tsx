import { Text } from '@mantine/core';
import { CommandBlock } from '../../parts/command-block.js';
import { remedyParts } from './remedy-parts.js';

/** What to do about a failure, its commands ready to copy. */
export function Remedy({ remedy }: { readonly remedy: string }) {
  const { advice, commands } = remedyParts(remedy);
  return (
    <>
      <Text size="sm" mb="sm" style={{ whiteSpace: 'pre-line' }}>
        {advice}
      </Text>
      {commands.map(({ purpose, shell, command }) => (
        <CommandBlock key={`${purpose} ${command}`} purpose={purpose} shell={shell} command={command} />
      ))}
    </>
  );
}

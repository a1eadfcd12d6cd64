import { Alert, Box, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { Schema } from '../../api/schemas.js';
import { CommandBlock } from '../../parts/command-block.js';
import { shellWords } from '../../parts/shell-words.js';

/** The set-up guide of a server: what its administrator does, and the commands to paste. */
export function GuideSteps({ guide }: { readonly guide: Schema<'SetupGuide'> | undefined }) {
  if (!guide)
    return (
      <Stack gap="sm" aria-busy>
        <Skeleton height={18} width="40%" />
        <Skeleton height={60} />
        <Skeleton height={60} />
      </Stack>
    );
  return (
    <Box>
      {guide.notice !== null && (
        <Alert color="yellow" title="Exchange Online" mb="md">
          {guide.notice}
        </Alert>
      )}
      <Text size="sm" mb="md">
        For the administrator of the server. The commands name the service account <strong>{guide.account}</strong>.
      </Text>
      <Box component="ol" m={0} p={0} style={{ listStyle: 'none' }}>
        {guide.steps.map(({ title, text, commands }, index) => (
          <Box component="li" key={title} mb="lg">
            <Title order={3} size="h5">
              {index + 1}. {title}
            </Title>
            <Text size="sm" my={4} maw={760}>
              {text}
            </Text>
            {commands.map(({ purpose, shell, command }) => (
              <CommandBlock key={command} purpose={purpose} shell={shellWords[shell]} command={command} />
            ))}
          </Box>
        ))}
      </Box>
    </Box>
  );
}

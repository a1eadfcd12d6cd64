import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { makeQueryClient } from './api/queries.js';
import { Frame } from './frame/frame.js';
import { Ticking } from './parts/moment.js';
import { SaidLines } from './parts/said.js';
import { Pages } from './pages/pages.js';
import { SignedIn } from './session/signed-in.js';
import { colours, theme } from './theme.js';

/** The whole web app: who is signed in, the frame, and the page of the address. */
export function Console() {
  const [queries] = useState(makeQueryClient);
  return (
    <QueryClientProvider client={queries}>
      <MantineProvider theme={theme} cssVariablesResolver={colours} defaultColorScheme="auto">
        <Ticking>
          <SaidLines>
            <SignedIn>
              <Frame>
                <Pages />
              </Frame>
            </SignedIn>
          </SaidLines>
        </Ticking>
      </MantineProvider>
    </QueryClientProvider>
  );
}

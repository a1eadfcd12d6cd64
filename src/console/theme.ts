import { createTheme } from '@mantine/core';

/** Mantine's look with shades that reach a contrast of 4.5 to 1 in both schemes. */
export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 7 },
  autoContrast: true,
  cursorType: 'pointer',
  respectReducedMotion: true,
  defaultRadius: 'sm',
});

import { createTheme, type CSSVariablesResolver } from '@mantine/core';

/** Mantine's look; shades of filled parts that reach a contrast of 4.5 to 1 in both schemes. */
export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  cursorType: 'pointer',
  respectReducedMotion: true,
  defaultRadius: 'sm',
  // Names for buttons that are a picture only.
  components: {
    Modal: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    PasswordInput: { defaultProps: { visibilityToggleButtonProps: { 'aria-label': 'Show the password' } } },
  },
});

/** Text on a tint of its own colour, which Mantine leaves too pale to read on a light page. */
const onTint = {
  red: '#a61e1e',
  orange: '#8f3a00',
  yellow: '#714500',
  green: '#1d632d',
  teal: '#07604a',
  blue: '#135390',
  violet: '#4f2fb0',
  gray: '#343a40',
};

/** Colours of text that Mantine's defaults leave below a contrast of 4.5 to 1. */
export const colours: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5c636a',
    '--mantine-color-placeholder': '#6b7278',
    '--mantine-color-error': '#c01c1c',
    '--mantine-color-anchor': '#135390',
    ...Object.fromEntries(
      Object.entries(onTint).map(([name, shade]) => [`--mantine-color-${name}-light-color`, shade]),
    ),
  },
  dark: {
    '--mantine-color-dimmed': '#a6a6a6',
    '--mantine-color-placeholder': '#9a9a9a',
    '--mantine-color-error': '#ff8f8f',
    '--mantine-color-anchor': '#6db3f2',
  },
});

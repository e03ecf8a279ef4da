import { type CSSVariablesResolver, createTheme } from '@mantine/core';
import { ACCENTS, palette, roles } from './palette.ts';

const accentVariables = (scheme: 'light' | 'dark'): Record<string, string> => {
  const role = roles[scheme];
  return Object.fromEntries(
    ACCENTS.flatMap((accent) => {
      const name = `--mantine-color-${accent}`;
      const shades = palette[accent];
      return [
        [`${name}-text`, shades[role.accentText]],
        [`${name}-outline`, shades[role.accentText]],
        [`${name}-light`, shades[role.accentLight.background]],
        [`${name}-light-hover`, shades[scheme === 'light' ? 2 : 8]],
        [`${name}-light-color`, shades[role.accentLight.text]],
      ];
    }),
  );
};

const schemeVariables = (scheme: 'light' | 'dark'): Record<string, string> => {
  const role = roles[scheme];
  return {
    '--mantine-color-body': role.body,
    '--mantine-color-text': role.text,
    '--mantine-color-bright': role.text,
    '--mantine-color-dimmed': role.dimmed,
    '--mantine-color-placeholder': role.placeholder,
    '--mantine-color-error': role.error,
    '--mantine-color-anchor': role.anchor,
    '--mantine-color-default': role.surface,
    '--mantine-color-default-color': role.text,
    '--mantine-color-default-border': role.control,
    '--mantine-color-default-hover': scheme === 'light' ? palette.gray[1] : palette.dark[5],
    '--atelier-surface': role.surface,
    '--atelier-glow': scheme === 'light' ? palette.ink[1] : palette.ink[9],
    '--atelier-border': role.border,
    ...accentVariables(scheme),
  };
};

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: schemeVariables('light'),
  dark: schemeVariables('dark'),
});

const systemFont =
  'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';

export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: roles.light.accentFill, dark: roles.dark.accentFill },
  colors: Object.fromEntries(Object.entries(palette).map(([name, shades]) => [name, [...shades]])),
  white: '#ffffff',
  black: palette.gray[9],
  defaultRadius: 'md',
  fontFamily: systemFont,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  respectReducedMotion: true,
  cursorType: 'pointer',
  headings: {
    fontWeight: '650',
    textWrap: 'balance',
    sizes: {
      h1: { fontSize: '1.75rem', lineHeight: '1.25' },
      h2: { fontSize: '1.25rem', lineHeight: '1.35' },
      h3: { fontSize: '1.0625rem', lineHeight: '1.4' },
    },
  },
  components: {
    Badge: {
      defaultProps: { variant: 'light', radius: 'sm' },
      styles: {
        root: {
          textTransform: 'none',
          fontWeight: 600,
          fontSize: '0.75rem',
          letterSpacing: 0,
          minWidth: 'max-content',
        },
      },
    },
    Paper: { defaultProps: { withBorder: true, radius: 'md' } },
    Card: { defaultProps: { withBorder: true, radius: 'md', padding: 'lg' } },
    Anchor: { defaultProps: { underline: 'always' } },
    Skeleton: { defaultProps: { radius: 'sm' } },
  },
});

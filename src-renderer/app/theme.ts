import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** A colour of both schemes: [light, dark]. */
type Pair = readonly [light: string, dark: string];

/**
 * Every colour of the screens, once. Text on ground, panel and surface is at least 7:1 on Line and first start, 4.5:1
 * elsewhere; outlines that carry meaning at least 3:1. The screenshot tests measure it.
 */
export const colours = {
  /* grounds, from the bench up to the paper */
  ground: ['#E4E8E7', '#0B0F11'],
  panel: ['#F2F4F3', '#12171A'],
  surface: ['#FFFFFF', '#191F23'],
  inset: ['#EAEEED', '#0F1417'],
  /* inks: first voice, second voice, and a third that only desk screens use */
  ink: ['#10181B', '#EDF2F3'],
  'ink-2': ['#37444A', '#BAC5CA'],
  'ink-3': ['#4E5B61', '#9AA7AD'],
  line: ['#C7CFCF', '#2C363B'],
  edge: ['#71807F', '#71808A'],
  /* the one working colour: what can be done next */
  accent: ['#0B4A86', '#8CC4F8'],
  'accent-ink': ['#FFFFFF', '#06121D'],
  'accent-tint': ['#E3EDF6', '#15293B'],
  /* outcomes: fill with the ink on it, text, tint */
  'pass-fill': ['#0A5B36', '#0B6640'],
  'pass-on': ['#FFFFFF', '#FFFFFF'],
  pass: ['#085031', '#7FDDA6'],
  'pass-tint': ['#E0F0E6', '#10291C'],
  'fail-fill': ['#9E1414', '#A31515'],
  'fail-on': ['#FFFFFF', '#FFFFFF'],
  fail: ['#991212', '#FFA79E'],
  'fail-tint': ['#FAE6E4', '#351513'],
  'ask-fill': ['#FFC940', '#FFC940'],
  'ask-on': ['#10181B', '#10181B'],
  ask: ['#6E4300', '#FFCF5C'],
  'ask-tint': ['#FFF1CC', '#2E2409'],
  /* the station's own trouble: neither green, red nor amber */
  'fault-fill': ['#2B353A', '#D5DDE0'],
  'fault-on': ['#FFFFFF', '#10181B'],
  /* a change that no later step can take back */
  'forever-a': ['#FFC940', '#FFC940'],
  'forever-b': ['#10181B', '#10181B'],
  band: ['#A31515', '#A31515'],
  'band-on': ['#FFFFFF', '#FFFFFF'],
  focus: ['#10181B', '#FFFFFF'],
  scrim: ['rgb(16 24 27 / .58)', 'rgb(0 0 0 / .68)'],
  'row-line': ['#E3E8E7', '#242D31'],
} as const satisfies Record<string, Pair>;

/** Ten shades with the working colours at 8 (light scheme) and 3 (dark scheme). */
const signet: MantineColorsTuple = [
  '#E3EDF6',
  '#C9DDF0',
  '#ABD0F4',
  '#8CC4F8',
  '#5FA3DE',
  '#3F86C4',
  '#2A6DAB',
  '#195A98',
  '#0B4A86',
  '#083A6A',
];

export const theme = createTheme({
  primaryColor: 'signet',
  primaryShade: { light: 8, dark: 3 },
  autoContrast: true,
  colors: { signet },
  fontFamily: 'var(--ui)',
  fontFamilyMonospace: 'var(--mono)',
  headings: { fontWeight: '650', fontFamily: 'var(--ui)' },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  spacing: { xs: '0.25rem', sm: '0.5rem', md: '0.75rem', lg: '1rem', xl: '1.5rem' },
  radius: { sm: '3px', md: '5px', lg: '8px' },
  defaultRadius: 'md',
  focusRing: 'never',
  shadows: { xl: '0 24px 64px rgb(0 0 0 / .38)' },
  respectReducedMotion: true,
});

function scheme(index: 0 | 1): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, pair] of Object.entries(colours)) variables[`--${name}`] = pair[index];
  return {
    ...variables,
    '--mantine-color-body': 'var(--ground)',
    '--mantine-color-default': 'var(--surface)',
    '--mantine-color-default-hover': 'var(--inset)',
    '--mantine-color-default-color': 'var(--ink)',
    '--mantine-color-default-border': 'var(--edge)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-3)',
    '--mantine-color-placeholder': 'var(--ink-3)',
    '--mantine-color-error': 'var(--fail)',
    '--mantine-color-anchor': 'var(--accent)',
    '--mantine-color-disabled': 'var(--inset)',
    '--mantine-color-disabled-color': 'var(--ink-2)',
    '--mantine-color-disabled-border': 'var(--edge)',
    '--mantine-primary-color-filled': 'var(--accent)',
    '--mantine-primary-color-contrast': 'var(--accent-ink)',
  };
}

/** Writes the tokens; components read them and nothing else. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: scheme(0),
  dark: scheme(1),
});

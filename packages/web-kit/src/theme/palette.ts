/** Ten shades from lightest to darkest, as Mantine takes them. */
export type Shades = readonly [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];

/**
 * Our own colours: Mantine's default palette misses 4.5:1 for white on its fills. Shades were chosen in OKLCH at equal
 * lightness; `palette.test.ts` holds every pair that is used to WCAG 2.2 AA.
 */
export const palette = {
  ink: [
    '#f4f7fe',
    '#e8eefe',
    '#d1defe',
    '#acc3fe',
    '#82a3fe',
    '#5d80ef',
    '#4161d4',
    '#3450b6',
    '#283f92',
    '#1b2b62',
  ],
  red: [
    '#fef5f4',
    '#fee9e6',
    '#ffd1cd',
    '#ffaba3',
    '#fc7a73',
    '#e94646',
    '#c3292e',
    '#a51e24',
    '#831a1d',
    '#581414',
  ],
  amber: [
    '#fff6ec',
    '#feebd6',
    '#fed6a9',
    '#feb354',
    '#e39420',
    '#bc7802',
    '#975f00',
    '#7e4f02',
    '#653e01',
    '#452902',
  ],
  green: [
    '#f0fbf4',
    '#dbf6e7',
    '#b6edce',
    '#80daac',
    '#50c08b',
    '#28a16d',
    '#1e8057',
    '#126b47',
    '#145538',
    '#0d3926',
  ],
  gray: [
    '#fdfaf6',
    '#f6f3ef',
    '#eae7e3',
    '#dbd9d5',
    '#c6c4c0',
    '#8a8884',
    '#6b6865',
    '#54524f',
    '#3a3835',
    '#211f1c',
  ],
  dark: [
    '#e4e8f0',
    '#c1c4cc',
    '#a7abb3',
    '#7d8088',
    '#4a4d54',
    '#31343a',
    '#24262c',
    '#17191f',
    '#0f1117',
    '#090b10',
  ],
} as const satisfies Record<string, Shades>;

export const ACCENTS = ['ink', 'red', 'amber', 'green'] as const;
export type Accent = (typeof ACCENTS)[number];

/** What the shades are used for in each scheme; the theme and the contrast test read the same table. */
export const roles = {
  light: {
    body: palette.gray[0],
    surface: '#ffffff',
    text: palette.gray[9],
    dimmed: palette.gray[6],
    placeholder: palette.gray[6],
    border: palette.gray[3],
    /** Borders of inputs, which must be seen to be found: 3:1. */
    control: palette.gray[5],
    error: palette.red[6],
    anchor: palette.ink[6],
    accentText: 6,
    accentFill: 6,
    accentLight: { background: 1, text: 9 },
  },
  dark: {
    body: palette.dark[7],
    surface: palette.dark[6],
    text: palette.dark[0],
    dimmed: palette.dark[2],
    placeholder: palette.dark[2],
    border: palette.dark[4],
    control: palette.dark[3],
    error: palette.red[4],
    anchor: palette.ink[4],
    accentText: 4,
    accentFill: 6,
    accentLight: { background: 9, text: 1 },
  },
} as const;

import { describe, expect, it } from 'vitest';
import { contrast } from './contrast.ts';
import { ACCENTS, palette, roles } from './palette.ts';

const TEXT = 4.5;
const GRAPHIC = 3;

describe('contrast', () => {
  it('knows the two ends of the scale', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#4161d4', '#4161d4')).toBe(1);
  });

  it('agrees with a pair published by WCAG’s own material', () => {
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
  });
});

describe.each(['light', 'dark'] as const)('%s scheme', (scheme) => {
  const role = roles[scheme];
  const backgrounds = { body: role.body, surface: role.surface };

  it.each(Object.entries(backgrounds))('reads on %s', (_, background) => {
    for (const ink of ['text', 'dimmed', 'placeholder', 'error', 'anchor'] as const) {
      expect(contrast(role[ink], background), ink).toBeGreaterThanOrEqual(TEXT);
    }
  });

  it.each(Object.entries(backgrounds))('shows the edge of a control on %s', (_, background) => {
    expect(contrast(role.control, background)).toBeGreaterThanOrEqual(GRAPHIC);
  });

  it.each(ACCENTS)('reads %s as text, as a fill and as a tint', (accent) => {
    const shades = palette[accent];
    for (const background of Object.values(backgrounds)) {
      expect(contrast(shades[role.accentText], background)).toBeGreaterThanOrEqual(TEXT);
    }
    expect(contrast('#ffffff', shades[role.accentFill])).toBeGreaterThanOrEqual(TEXT);
    const { background, text } = role.accentLight;
    expect(contrast(shades[text], shades[background])).toBeGreaterThanOrEqual(TEXT);
  });

  it.each(ACCENTS)('reads a link on the tint of a %s notice', (accent) => {
    expect(
      contrast(role.anchor, palette[accent][role.accentLight.background]),
    ).toBeGreaterThanOrEqual(TEXT);
  });
});

import { describe, expect, it } from 'vitest';
import { createFormats } from './formats.ts';

const british = createFormats('en-GB', 'Europe/London');
const german = createFormats('de-DE', 'Europe/Berlin');
/** Intl separates by narrow and no-break spaces, which differ between ICU releases. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

describe('numbers', () => {
  it('follow the reader’s locale', () => {
    expect(british.number(2357)).toBe('2,357');
    expect(german.number(2357)).toBe('2.357');
    expect(plain(german.percent(0.42))).toBe('42 %');
  });

  it('do not round a small share to nothing', () => {
    expect(british.percent(0.004)).toBe('0.4%');
    expect(british.percent(0)).toBe('0%');
  });

  it('show money in its own currency', () => {
    expect(british.money({ amount: '29.33', currency: 'USD' })).toBe('US$29.33');
  });

  it('scale bytes by thousands', () => {
    expect(british.bytes(0)).toBe('0 byte');
    expect(british.bytes(999)).toBe('999 byte');
    expect(plain(british.bytes(1_536_000))).toBe('1.5 MB');
    expect(plain(british.bytes(1000))).toBe('1 kB');
  });
});

describe('dates', () => {
  it('keep a calendar date on its day west and east of Greenwich', () => {
    for (const zone of ['Pacific/Honolulu', 'Pacific/Kiritimati']) {
      expect(createFormats('en-GB', zone).day('1998-06-30')).toBe('30 Jun 1998');
    }
  });

  it('tell a moment in the reader’s time zone', () => {
    expect(british.time('2026-07-01T10:00:00Z')).toContain('11:00');
    expect(german.time('2026-07-01T10:00:00Z')).toContain('12:00');
  });

  it('tell how long ago in the largest whole unit', () => {
    const now = Date.parse('2026-07-01T12:00:00Z');
    expect(british.ago('2026-07-01T11:57:30Z', now)).toBe('2 minutes ago');
    expect(british.ago('2026-07-01T12:00:00Z', now)).toBe('now');
    expect(british.ago('2026-06-30T11:00:00Z', now)).toBe('yesterday');
    expect(british.ago('2026-07-01T15:00:00Z', now)).toBe('in 3 hours');
  });
});

describe('durations', () => {
  it.each([
    [250, '250 ms'],
    [1500, '1.5 sec'],
    [42_400, '42 sec'],
    [60_000, '1 min'],
    [61_000, '1 min 1 sec'],
    [3_600_000, '1 hr'],
    [5_400_000, '1 hr 30 min'],
  ])('%i ms', (ms, text) => {
    expect(plain(createFormats('en-US').duration(ms))).toBe(text);
  });
});

export interface Money {
  readonly amount: string;
  readonly currency: string;
}

export interface Formats {
  number(value: number): string;
  /** A share from 0 to 1, as `42 %`. */
  percent(share: number): string;
  money(value: Money): string;
  /** A calendar date (`1998-06-30`): the same day everywhere, whatever the time zone. */
  day(date: string): string;
  /** A point in time, in the reader's time zone. */
  time(timestamp: string): string;
  /** How long ago, or how soon: `3 minutes ago`. */
  ago(timestamp: string, nowMs: number): string;
  duration(ms: number): string;
  bytes(count: number): string;
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** One place for numbers and dates; `timeZone` is only given by tests. */
export const createFormats = (locale: string, timeZone?: string): Formats => {
  const zone = timeZone === undefined ? {} : { timeZone };
  const number = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
  const finePercent = new Intl.NumberFormat(locale, {
    style: 'percent',
    maximumFractionDigits: 1,
  });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  const time = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
    ...zone,
  });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const unit = (name: string, fractionDigits: number) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: fractionDigits,
    });

  return {
    number: (value) => number.format(value),
    percent: (share) =>
      share !== 0 && share < 0.01 ? finePercent.format(share) : percent.format(share),
    money: ({ amount, currency }) =>
      new Intl.NumberFormat(locale, { style: 'currency', currency }).format(Number(amount)),
    day: (date) => day.format(new Date(`${date}T00:00:00Z`)),
    time: (timestamp) => time.format(new Date(timestamp)),
    ago: (timestamp, nowMs) => {
      const difference = Date.parse(timestamp) - nowMs;
      const [name, size] = UNITS.find(([, ms]) => Math.abs(difference) >= ms) ?? ['second', 1000];
      return relative.format(Math.trunc(difference / size), name);
    },
    duration: (ms) => {
      if (ms < 1000) return unit('millisecond', 0).format(Math.round(ms));
      const seconds = ms / 1000;
      if (seconds < 10) return unit('second', 1).format(seconds);
      if (seconds < 60) return unit('second', 0).format(Math.round(seconds));
      const minutes = Math.floor(seconds / 60);
      if (minutes < 60) {
        const rest = Math.floor(seconds % 60);
        const whole = unit('minute', 0).format(minutes);
        return rest === 0 ? whole : `${whole} ${unit('second', 0).format(rest)}`;
      }
      const hours = unit('hour', 0).format(Math.floor(minutes / 60));
      return minutes % 60 === 0 ? hours : `${hours} ${unit('minute', 0).format(minutes % 60)}`;
    },
    bytes: (count) => {
      const step = Math.min(
        BYTE_UNITS.length - 1,
        count < 1 ? 0 : Math.floor(Math.log10(count) / 3),
      );
      return unit(BYTE_UNITS[step] ?? 'byte', step === 0 ? 0 : 1).format(count / 1000 ** step);
    },
  };
};

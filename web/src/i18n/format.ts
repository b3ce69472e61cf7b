import type { Locale } from '../api/types.gen';

type Unit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';
type Plurals = Record<string, string>;

/** One locale's data, made by `scripts/make-format-tables.py` from CLDR. */
export interface FormatTable {
  months: string[];
  monthsShort: string[];
  /** Monday first. */
  days: string[];
  daysShort: string[];
  date: { numeric: string; short: string; long: string; full: string; weekday: string };
  time: { short: string; medium: string };
  decimal: string;
  group: string;
  /** Fewest digits before the point that are grouped. */
  minGroup: number;
  percent: string;
  relative: Record<Unit, { future: Plurals; past: Plurals }>;
}

export type DateStyle = keyof FormatTable['date'];
export type TimeStyle = keyof FormatTable['time'];

/** A moment as read on a wall clock in one zone. */
interface WallTime {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
  /** 1 is Monday, 7 Sunday. */
  weekday: number;
  hour: number;
  minute: number;
  second: number;
}

function wallTime(ms: number, timeZone: string | undefined): WallTime {
  // The English data of `Intl` is everywhere; only its numbers and zones are used.
  const format = new Intl.DateTimeFormat('en-GB', {
    ...(timeZone === undefined ? {} : { timeZone }),
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const parts = Object.fromEntries(
    format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7;
  return { year, month, day, weekday, hour, minute, second };
}

const two = (value: number) => String(value).padStart(2, '0');

/** One field of a CLDR pattern, such as `d`, `MMMM` or `EEEE`. */
function field(letters: string, at: WallTime, table: FormatTable): string {
  const size = letters.length;
  switch (letters[0]) {
    case 'y':
      return size === 2 ? two(at.year % 100) : String(at.year);
    case 'M':
    case 'L':
      if (size >= 3) {
        return (size === 3 ? table.monthsShort : table.months)[at.month - 1] ?? '';
      }
      return size === 2 ? two(at.month) : String(at.month);
    case 'd':
      return size === 2 ? two(at.day) : String(at.day);
    case 'E':
    case 'c':
      return (size === 4 ? table.days : table.daysShort)[at.weekday - 1] ?? '';
    case 'H':
      return size === 2 ? two(at.hour) : String(at.hour);
    case 'm':
      return two(at.minute);
    case 's':
      return two(at.second);
    default:
      return letters;
  }
}

/** Fill a CLDR date pattern (Unicode TR 35 part 4); quoted text stays as it is. */
function fill(pattern: string, at: WallTime, table: FormatTable): string {
  return pattern.replace(/'([^']*)'|([A-Za-z])\2*/g, (letters, quoted?: string) => {
    if (quoted !== undefined) return quoted === '' ? "'" : quoted;
    return field(letters, at, table);
  });
}

const SPANS: [Unit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** Dates, times and numbers of one locale. Times are Unix ms; zones are IANA names. */
export class Formatter {
  readonly #table: FormatTable;
  readonly #plurals: Intl.PluralRules;

  constructor(locale: Locale, table: FormatTable) {
    this.#table = table;
    this.#plurals = new Intl.PluralRules(locale);
  }

  /** Without a zone: the zone of this device. */
  date(ms: number, style: DateStyle = 'long', timeZone?: string): string {
    return fill(this.#table.date[style], wallTime(ms, timeZone), this.#table);
  }

  time(ms: number, style: TimeStyle = 'short', timeZone?: string): string {
    return fill(this.#table.time[style], wallTime(ms, timeZone), this.#table);
  }

  dateTime(ms: number, style: DateStyle = 'full', timeZone?: string): string {
    return `${this.date(ms, style, timeZone)}, ${this.time(ms, 'short', timeZone)}`;
  }

  /** "in 5 minutes", "3 days ago", in the largest unit that is at least one. */
  relative(ms: number, nowMs: number): string {
    const seconds = Math.round((ms - nowMs) / 1000);
    const size = Math.abs(seconds);
    const [unit, span] = SPANS.find(([, length]) => size >= length) ?? ['second', 1];
    const count = Math.floor(size / span);
    const patterns = this.#table.relative[unit][seconds > 0 ? 'future' : 'past'];
    const pattern = patterns[this.#plurals.select(count)] ?? patterns.other ?? '{0}';
    return pattern.replace('{0}', this.number(count));
  }

  number(value: number, digits = 0): string {
    const [whole = '0', fraction] = Math.abs(value).toFixed(digits).split('.');
    const { group, decimal, minGroup } = this.#table;
    const grouped = whole.length < minGroup ? whole : whole.replace(/\B(?=(\d{3})+$)/g, group);
    const sign = value < 0 && Number(value.toFixed(digits)) !== 0 ? '\u2212' : '';
    return sign + grouped + (fraction === undefined ? '' : decimal + fraction);
  }

  /** `share` 0.42 is 42 %. */
  percent(share: number): string {
    return this.#table.percent.replace(/#,##0/, this.number(share * 100));
  }
}

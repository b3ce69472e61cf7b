import { describe, expect, it } from 'vitest';
import { Formatter, type FormatTable } from './format';
import en from './tables/en.json';
import kk from './tables/kk.json';
import ru from './tables/ru.json';

const formatters = {
  en: new Formatter('en', en as FormatTable),
  ru: new Formatter('ru', ru as FormatTable),
  kk: new Formatter('kk', kk as FormatTable),
};
/** Saturday 21 November 2026, 04:05:06 UTC: 09:05:06 in Almaty. */
const moment = Date.UTC(2026, 10, 21, 4, 5, 6);
const zone = 'Asia/Almaty';

describe('dates', () => {
  it.each([
    ['en', 'Saturday, 21 November 2026'],
    ['ru', 'суббота, 21 ноября 2026\u202fг.'],
    ['kk', '2026\u202fж. 21 қараша, сенбі'],
  ] as const)('are whole in %s', (locale, text) => {
    expect(formatters[locale].date(moment, 'full', zone)).toBe(text);
  });

  it('follow the zone over midnight', () => {
    const late = Date.UTC(2026, 10, 21, 20, 0);
    expect(formatters.ru.date(late, 'long', zone)).toBe('22 ноября 2026\u202fг.');
    expect(formatters.ru.time(late, 'short', zone)).toBe('01:00');
  });

  it('carry seconds when asked', () => {
    expect(formatters.kk.time(moment, 'medium', zone)).toBe('09:05:06');
  });
});

describe('relative time', () => {
  it.each([
    ['en', 5 * 60_000, 'in 5 minutes'],
    ['ru', 2 * 3_600_000, 'через 2 часа'],
    ['ru', 5 * 3_600_000, 'через 5 часов'],
    ['kk', -3 * 86_400_000, '3 күн бұрын'],
    ['en', -86_400_000, '1 day ago'],
  ] as const)('in %s of %d ms', (locale, offsetMs, text) => {
    expect(formatters[locale].relative(moment + offsetMs, moment)).toBe(text);
  });
});

describe('numbers', () => {
  it('are grouped and pointed as the language does', () => {
    expect(formatters.en.number(1234567.891, 1)).toBe('1,234,567.9');
    expect(formatters.ru.number(12345.5, 1)).toBe('12\u00a0345,5');
    expect(formatters.kk.number(1234)).toBe('1234');
  });

  it('have no minus before a zero', () => {
    expect(formatters.en.number(-0.01, 1)).toBe('0.0');
    expect(formatters.en.number(-5)).toBe('\u22125');
  });

  it('become shares', () => {
    expect(formatters.en.percent(0.421)).toBe('42%');
    expect(formatters.ru.percent(0.421)).toBe('42\u00a0%');
  });
});

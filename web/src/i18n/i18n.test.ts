import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../testing/fake-timers';
import type { FormatTable } from './format';
import { I18n } from './i18n.svelte';
import { preferredLocale } from './locales';
import type { Sources } from './sources';
import en from './tables/en.json';
import ru from './tables/ru.json';

const TEXTS: Record<string, string> = {
  'en/common': 'hello = Hello, { $name }\nonly = Only English\n  .title = Title',
  'ru/common': 'hello = Здравствуйте, { $name }',
  'en/room':
    'people = { $count ->\n    [one] { $count } person\n   *[other] { $count } people\n  }',
  'ru/room':
    'people = { $count ->\n    [one] { $count } человек\n    [few] { $count } человека\n   *[many] { $count } человек\n  }',
};

let loads: string[];
let i18n: I18n;
const sources: Sources = {
  text: async (locale, area) => {
    loads.push(`${locale}/${area}`);
    return TEXTS[`${locale}/${area}`] ?? '';
  },
  table: async (locale) => (locale === 'ru' ? ru : en) as FormatTable,
};

beforeEach(() => {
  loads = [];
  i18n = new I18n(sources);
});

describe('I18n', () => {
  it('loads only the language and areas in use, each once', async () => {
    await i18n.need('common');
    await i18n.setLocale('ru');
    await i18n.need('common');
    expect(loads).toEqual(['ru/common']);
    expect(i18n.t('hello', { name: 'Айгүл' })).toBe('Здравствуйте, Айгүл');
  });

  it('brings the areas along when the language changes', async () => {
    await i18n.need('common', 'room');
    await i18n.setLocale('en');
    await i18n.setLocale('ru');
    expect(i18n.t('people', { count: 2 })).toBe('2 человека');
    expect(i18n.locale).toBe('ru');
  });

  it('counts as the language does, with its grouping', async () => {
    await i18n.need('room');
    await i18n.setLocale('ru');
    expect([1, 3, 12_345].map((count) => i18n.t('people', { count }))).toEqual([
      '1 человек',
      '3 человека',
      '12\u00a0345 человек',
    ]);
  });

  it('takes English for what is missing, and the id when that has none', async () => {
    await i18n.need('common');
    await i18n.setLocale('ru');
    expect(i18n.t('only')).toBe('only');
    await settle();
    expect(i18n.t('only')).toBe('Only English');
    expect(i18n.t('only.title')).toBe('Title');
    expect(i18n.has('nothing')).toBe(false);
  });

  it('obeys the newest of two quick choices', async () => {
    await i18n.need('common');
    await Promise.all([i18n.setLocale('ru'), i18n.setLocale('en')]);
    expect(i18n.locale).toBe('en');
  });
});

describe('preferredLocale', () => {
  it('takes the first known language, else English', () => {
    expect(preferredLocale(['', 'de-DE', 'kk-KZ', 'ru'])).toBe('kk');
    expect(preferredLocale(['de'])).toBe('en');
  });
});

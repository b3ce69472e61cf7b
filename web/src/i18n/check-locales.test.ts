import { describe, expect, it } from 'vitest';
import { compareLocales, compareUses, readMessages, usesOf } from '../../scripts/check-locales.js';

const locale = (source: string) => readMessages(source, 'test.ftl');

describe('the check of locales', () => {
  it('finds what a locale lacks, adds or invents', () => {
    const locales = new Map([
      ['en', locale('a = A { $name }\nb = B')],
      ['ru', locale('a = A { $other }\nc = C')],
    ]);
    expect(compareLocales(locales)).toEqual([
      'ru: a uses unknown variables (other)',
      'ru: b is missing',
      'ru: c is not in en',
    ]);
  });

  it('allows a translation to leave a variable out', () => {
    const locales = new Map([
      ['en', locale('a = A { $name }')],
      ['kk', locale('a = A')],
    ]);
    expect(compareLocales(locales)).toEqual([]);
  });

  it('refuses what Fluent can not read, and ids that are there twice', () => {
    expect(() => locale('a = { $name')).toThrow("can't read");
    expect(() => locale('a = A\na = B')).toThrow('twice');
  });

  it('sees the ids in code, also those in tables and computed ones', () => {
    const uses = usesOf("t('room-leave'); const ids = ['hand-raise']; t(`error-${code}`)");
    expect(uses.called).toEqual(['room-leave']);
    expect(uses.mentioned).toContain('hand-raise');
    expect(uses.heads).toEqual(['error-']);
  });

  it('finds used ids that do not exist, and ids that nobody uses', () => {
    const ids = new Set(['room-leave', 'error-internal', 'old-text']);
    const code = "t('room-leave'); t('room-gone'); t(`error-${code}`); t(`lost-${x}`)";
    expect(compareUses(ids, [['a.ts', code]])).toEqual([
      'a.ts: room-gone is in no locale',
      'a.ts: no locale has an id that begins with lost-',
      'old-text is not used anywhere',
    ]);
  });
});

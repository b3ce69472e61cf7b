import { describe, expect, it } from 'vitest';
import { fromFields, offsetName, toFields, zonesDiffer } from './zones';

const SUMMER = Date.UTC(2026, 6, 1, 12);
const WINTER = Date.UTC(2026, 11, 1, 12);

describe('time zones', () => {
  it('names the offset of the moment', () => {
    expect(offsetName('Asia/Almaty', WINTER)).toBe('UTC+5');
    expect(offsetName('Asia/Kolkata', WINTER)).toBe('UTC+5:30');
    expect(offsetName('America/New_York', WINTER)).toBe('UTC−5');
    expect(offsetName('UTC', WINTER)).toBe('UTC');
  });

  it('compares clocks, not names', () => {
    expect(zonesDiffer('Asia/Almaty', 'Asia/Tashkent', WINTER)).toBe(false);
    expect(zonesDiffer('Europe/Kyiv', 'Europe/Belgrade', SUMMER)).toBe(true);
  });

  it.each([
    ['Asia/Almaty', SUMMER],
    ['Europe/Kyiv', SUMMER],
    ['Europe/Kyiv', WINTER],
    ['America/New_York', Date.UTC(2026, 10, 1, 7)],
  ])('reads back what it wrote into the fields: %s', (zone, atMs) => {
    const { date, time } = toFields(atMs, zone);
    expect(fromFields(date, time, zone)).toBe(atMs);
  });

  it('takes the hour after the clocks went forward', () => {
    // Kyiv, 29 March 2026: 03:00 becomes 04:00.
    expect(fromFields('2026-03-29', '04:30', 'Europe/Kyiv')).toBe(Date.UTC(2026, 2, 29, 1, 30));
  });

  it('tells the offset of a moment within a minute', () => {
    expect(offsetName('Asia/Almaty', SUMMER + 31_400)).toBe('UTC+5');
  });

  it('waits for both fields', () => {
    expect(fromFields('', '10:00', 'Asia/Almaty')).toBeNull();
    expect(fromFields('2026-11-25', '', 'Asia/Almaty')).toBeNull();
  });

  it('takes an unknown zone for UTC rather than fail', () => {
    expect(offsetName('Nowhere/Land', WINTER)).toBe('UTC');
  });
});

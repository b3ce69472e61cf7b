import { describe, expect, it } from 'vitest';
import { asClock, parseClock } from './clock-time';

describe('places in a recording', () => {
  it.each([
    [0, '0:00'],
    [-5, '0:00'],
    [59_999, '0:59'],
    [760_000, '12:40'],
    [3_900_000, '1:05:00'],
  ])('writes %i ms as %s', (atMs, text) => {
    expect(asClock(atMs)).toBe(text);
  });

  it.each([
    ['95', 95_000],
    ['12:40', 760_000],
    ['1:05:00', 3_900_000],
    ['', null],
    [null, null],
    ['soon', null],
    ['-4', null],
    ['1:2:3:4', null],
  ])('reads %s as %s', (text, atMs) => {
    expect(parseClock(text)).toBe(atMs);
  });
});

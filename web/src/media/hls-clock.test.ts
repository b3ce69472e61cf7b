import { describe, expect, it } from 'vitest';
import { positionAt, wallAt } from './hls-clock';

/** Two segments, then 20 s in which nothing was recorded, then two more. */
const fragments = [
  { start: 0, duration: 4, programDateTime: 100_000 },
  { start: 4, duration: 4, programDateTime: 104_000 },
  { start: 8, duration: 4, programDateTime: 128_000 },
  { start: 12, duration: 4, programDateTime: 132_000 },
];

describe('the clock of a recording', () => {
  it.each([
    [0, 100_000],
    [5.5, 105_500],
    [8, 128_000],
    [15.9, 135_900],
  ])('shows at %d s the moment %d', (position, wallMs) => {
    expect(wallAt(fragments, position)).toBeCloseTo(wallMs);
    expect(positionAt(fragments, wallMs)).toBeCloseTo(position);
  });

  it('shows a moment of the gap at its edge', () => {
    expect(positionAt(fragments, 115_000)).toBe(8);
  });

  it('keeps within what there is', () => {
    expect(positionAt(fragments, 0)).toBe(0);
    expect(positionAt(fragments, 999_000)).toBe(16);
  });

  it('knows nothing without dates', () => {
    const bare = [{ start: 0, duration: 4, programDateTime: null }];
    expect(wallAt(bare, 1)).toBeNull();
    expect(positionAt(bare, 1)).toBeNull();
  });
});

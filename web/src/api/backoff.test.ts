import { describe, expect, it } from 'vitest';
import { reconnectDelayMs } from './backoff';

describe('reconnectDelayMs', () => {
  it('spreads the first try over one second', () => {
    expect(reconnectDelayMs(0, () => 0)).toBe(0);
    expect(reconnectDelayMs(0, () => 1)).toBe(1_000);
  });

  it('then waits 1, 2, 4, 5, 5 s in the middle', () => {
    const middle = [1, 2, 3, 4, 5, 500].map((attempt) => reconnectDelayMs(attempt, () => 0.5));
    expect(middle).toEqual([1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
  });

  it('spreads each by half of it both ways', () => {
    expect(reconnectDelayMs(4, () => 0)).toBe(2_500);
    expect(reconnectDelayMs(4, () => 1)).toBe(7_500);
  });
});

import { describe, expect, it } from 'vitest';
import { levelOf } from './level-meter';

const tone = (amplitude: number) =>
  Float32Array.from({ length: 1024 }, (_, index) => amplitude * Math.sin(index / 5));

describe('levelOf', () => {
  it('is nothing in silence and below -60 dB', () => {
    expect(levelOf(new Float32Array(1024))).toBe(0);
    expect(levelOf(tone(0.0005))).toBe(0);
  });

  it('grows evenly with the loudness as heard', () => {
    const levels = [0.01, 0.1, 1].map((amplitude) => levelOf(tone(amplitude)));
    // 20 dB a step, of 60.
    expect((levels[1] ?? 0) - (levels[0] ?? 0)).toBeCloseTo(1 / 3, 2);
    expect((levels[2] ?? 0) - (levels[1] ?? 0)).toBeCloseTo(1 / 3, 2);
  });

  it('never passes the end', () => {
    expect(levelOf(new Float32Array(8).fill(1))).toBe(1);
  });
});

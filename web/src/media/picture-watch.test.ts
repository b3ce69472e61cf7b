import { beforeEach, describe, expect, it } from 'vitest';
import { PictureWatch } from './picture-watch';

const trainer = { slot: 'presenter', participantId: 'par_t' };
const akim = { slot: 'floor-1', participantId: 'par_a' };
const nothing = new Set<string>();
const picture = (...slots: string[]) => new Set(slots);
let watch: PictureWatch;

beforeEach(() => {
  watch = new PictureWatch();
});

describe('PictureWatch', () => {
  it('misses nothing while nobody is on air', () => {
    watch.look([], nothing, 0);
    expect(watch.look([], nothing, 9_000)).toEqual({ allMs: 0, firstMs: 0 });
  });

  it('counts from when a picture became due', () => {
    watch.look([], nothing, 0);
    watch.look([trainer], nothing, 5_000);
    expect(watch.look([trainer], nothing, 7_000)).toEqual({ allMs: 2_000, firstMs: 2_000 });
  });

  it('tells of one picture that never came beside another that moves', () => {
    watch.look([trainer, akim], picture('floor-1'), 0);
    expect(watch.look([trainer, akim], picture('floor-1'), 3_000)).toEqual({
      allMs: 0,
      firstMs: 3_000,
    });
  });

  it('knows a picture that stands still from one that was never seen', () => {
    watch.look([trainer], picture('presenter'), 0);
    watch.look([trainer], nothing, 1_000);
    expect(watch.look([trainer], nothing, 4_000)).toEqual({ allMs: 3_000, firstMs: 0 });
  });

  it('waits anew for the next person in the same slot', () => {
    watch.look([akim], picture('floor-1'), 0);
    const next = { ...akim, participantId: 'par_b' };
    watch.look([next], nothing, 1_000);
    expect(watch.look([next], nothing, 3_000).firstMs).toBe(2_000);
  });

  it('forgets with the connection', () => {
    watch.look([trainer], nothing, 0);
    watch.reset();
    expect(watch.look([trainer], nothing, 8_000)).toEqual({ allMs: 0, firstMs: 0 });
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { PictureShortfall, type WishedPicture } from './picture-shortfall';

const trainer: WishedPicture = {
  slot: 'presenter',
  participantId: 'par_t',
  isMoving: true,
  height: 720,
  wished: 720,
};
const akim = { ...trainer, slot: 'floor-1', participantId: 'par_a' };
const still = (picture: WishedPicture) => ({ ...picture, isMoving: false });
const small = (picture: WishedPicture) => ({ ...picture, height: 180 });
let shortfall: PictureShortfall;
let nowMs: number;

beforeEach(() => {
  shortfall = new PictureShortfall();
  nowMs = 0;
});

/** Look each second for `seconds`; the last word. */
function watch(seconds: number, pictures: WishedPicture[], isWeak = false, hasSound = true) {
  let last = null;
  for (let second = 0; second < seconds; second += 1) {
    nowMs += 1_000;
    last = shortfall.look({ pictures, hasSound, isWeak }, nowMs);
  }
  return last;
}

describe('PictureShortfall', () => {
  it('has nothing to say of a good line', () => {
    expect(watch(30, [trainer, akim])).toBeNull();
  });

  it('says that the picture pauses when it stops on a weak line while sound flows', () => {
    watch(5, [trainer], true);
    expect(watch(4, [still(trainer)])).toBeNull();
    expect(watch(1, [still(trainer)])).toBe('paused');
  });

  it('still says so long after, though the line looks well now', () => {
    watch(5, [trainer], true);
    expect(watch(300, [still(trainer)])).toBe('paused');
    expect(watch(1, [trainer])).toBeNull();
  });

  it('blames no good line for a picture that stands still', () => {
    watch(5, [trainer]);
    expect(watch(60, [still(trainer)])).toBeNull();
  });

  it('does not speak of sound that is not there', () => {
    watch(5, [trainer], true);
    expect(watch(30, [still(trainer)], true, false)).toBeNull();
  });

  it('says that the picture is smaller once it shrank on a weak line', () => {
    watch(5, [trainer], true);
    expect(watch(5, [small(trainer)])).toBeNull();
    expect(watch(60, [small(trainer)])).toBe('smaller');
    expect(watch(1, [trainer])).toBeNull();
  });

  it('calls a picture smaller whose neighbour stopped', () => {
    watch(5, [trainer, akim], true);
    expect(watch(6, [trainer, still(akim)])).toBe('smaller');
    expect(watch(6, [still(trainer), still(akim)])).toBe('paused');
  });

  it('is silent when the person asked for less', () => {
    watch(5, [trainer], true);
    expect(watch(30, [{ ...small(trainer), wished: 180 }], true)).toBeNull();
  });

  it('does not miss what a camera never gave', () => {
    expect(watch(30, [{ ...trainer, height: 360 }], true)).toBeNull();
  });

  it('takes one bad second for a change of speakers', () => {
    watch(5, [trainer]);
    watch(1, [trainer], true);
    expect(watch(30, [still(trainer)])).toBeNull();
  });

  it('forgets with the connection', () => {
    watch(5, [trainer], true);
    watch(10, [still(trainer)]);
    shortfall.reset();
    expect(watch(3, [still(trainer)])).toBeNull();
  });

  it('has nothing to say when nothing is due', () => {
    watch(5, [trainer], true);
    watch(10, [still(trainer)]);
    expect(watch(1, [])).toBeNull();
  });
});

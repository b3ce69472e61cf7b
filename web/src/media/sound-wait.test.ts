import { describe, expect, it } from 'vitest';
import { letWait, SoundWait } from './sound-wait';

/** Look each second at these shares of loss; the last word. */
function wait(...shares: number[]): number | null {
  const sound = new SoundWait();
  return shares.map((share, second) => sound.look(share, second * 1_000)).at(-1) ?? null;
}

describe('voices', () => {
  it('do not wait on a line that loses next to nothing', () => {
    expect(wait(0, 0.01, 0.019, 0)).toBeNull();
  });

  it('wait as soon as packets are lost, and on through a calm while', () => {
    expect(wait(0, 0.02)).toBe(250);
    expect(wait(0.05, ...Array<number>(29).fill(0))).toBe(250);
  });

  it('wait no longer after half a minute without loss', () => {
    expect(wait(0.05, ...Array<number>(30).fill(0))).toBeNull();
    expect(wait(0.05, ...Array<number>(20).fill(0), 0.01, ...Array<number>(20).fill(0))).toBe(250);
  });
});

describe('receivers', () => {
  const receiver = (kind: string, more: object) =>
    Object.defineProperties(
      { track: { kind } },
      Object.getOwnPropertyDescriptors(more),
    ) as unknown as RTCRtpReceiver;

  it('of sound are told, once, and those of pictures are not', () => {
    const sets: unknown[] = [];
    const sound = receiver('audio', {
      get jitterBufferTarget() {
        return sets.at(-1) ?? null;
      },
      set jitterBufferTarget(value: unknown) {
        sets.push(value);
      },
    });
    const picture = receiver('video', { jitterBufferTarget: null });
    letWait([sound, picture], null);
    letWait([sound, picture], 250);
    letWait([sound, picture], 250);
    expect(sets).toEqual([250]);
    expect(picture.jitterBufferTarget).toBeNull();
  });

  it('of a browser that can not are left alone', () => {
    const sound = receiver('audio', {});
    letWait([sound], 250);
    expect('jitterBufferTarget' in sound).toBe(false);
  });
});

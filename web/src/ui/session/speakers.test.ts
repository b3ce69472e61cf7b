import { describe, expect, it } from 'vitest';
import { isPaused } from './speakers';

type Media = Parameters<typeof isPaused>[1];

const still: Media['reception'] = {
  shortfall: null,
  rung: 'webrtc',
  isUp: true,
  moving: new Set(['floor-1']),
};
const ask = (keptBack: 'nothing' | 'reduced' | 'paused', reception: Partial<typeof still> = {}) =>
  isPaused({ keptBack }, { reception: { ...still, ...reception } }, 'presenter');

describe('a picture', () => {
  it('is paused when it stands still and the line or the server has no room for it', () => {
    expect(ask('paused')).toBe(true);
    expect(ask('nothing', { shortfall: 'paused' })).toBe(true);
  });

  it('is not paused while it moves, or stands still for another reason', () => {
    expect(ask('paused', { moving: new Set(['presenter']) })).toBe(false);
    expect(ask('nothing')).toBe(false);
    expect(ask('reduced', { shortfall: 'smaller' })).toBe(false);
  });

  it('is not paused where nothing comes directly', () => {
    expect(ask('paused', { rung: 'hls' })).toBe(false);
    expect(ask('paused', { isUp: false })).toBe(false);
  });
});

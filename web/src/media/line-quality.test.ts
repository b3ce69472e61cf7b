import { describe, expect, it } from 'vitest';
import { judgeLine, readStats, type ReceiveSample } from './line-quality';

const start: ReceiveSample = {
  atMs: 0,
  packets: 1_000,
  soundPackets: 400,
  bytes: 90_000,
  lost: 10,
  frames: 0,
  concealed: 0,
  samples: 0,
  frozenS: 0,
  roundTripMs: 40,
};
const later = (patch: Partial<ReceiveSample>): ReceiveSample => ({
  ...start,
  atMs: 1_000,
  packets: 1_200,
  samples: 48_000,
  ...patch,
});

describe('judgeLine', () => {
  it.each([
    ['good', {}],
    ['good', { lost: 13 }],
    ['fair', { lost: 16 }],
    ['bad', { lost: 40 }],
    ['fair', { concealed: 2_000 }],
    ['bad', { concealed: 9_000 }],
    ['fair', { frozenS: 0.1 }],
    ['bad', { frozenS: 0.6 }],
    ['fair', { roundTripMs: 600 }],
    ['good', { roundTripMs: null }],
  ] as const)('is %s for %o', (verdict, patch) => {
    expect(judgeLine(start, later(patch))).toBe(verdict);
  });

  it('has no opinion while nothing flows', () => {
    expect(judgeLine(start, later({ packets: 1_000 }))).toBeNull();
  });
});

describe('readStats', () => {
  it('sums the slots and tells their frames apart', () => {
    const { sample, pictures } = readStats(
      [
        {
          type: 'inbound-rtp',
          kind: 'video',
          trackIdentifier: 'v1',
          packetsReceived: 5,
          framesDecoded: 2,
          frameHeight: 360,
        },
        {
          type: 'inbound-rtp',
          kind: 'video',
          trackIdentifier: 'v2',
          packetsReceived: 7,
          packetsLost: 1,
        },
        {
          type: 'inbound-rtp',
          kind: 'audio',
          trackIdentifier: 'a1',
          packetsReceived: 3,
          concealedSamples: 90,
          silentConcealedSamples: 60,
        },
        { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.05, bytesReceived: 900 },
        { type: 'candidate-pair', nominated: false, currentRoundTripTime: 9 },
      ],
      123,
    );
    expect(sample).toMatchObject({
      packets: 15,
      soundPackets: 3,
      bytes: 900,
      lost: 1,
      frames: 2,
      concealed: 30,
      roundTripMs: 50,
    });
    expect(Object.fromEntries(pictures)).toEqual({
      v1: { frames: 2, height: 360 },
      v2: { frames: 0, height: 0 },
    });
  });
});

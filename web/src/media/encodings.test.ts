import { describe, expect, it } from 'vitest';
import { cameraLayers, singleEncoding, withTemporalLayers } from './encodings';

const layersOf = (width: number, height: number) =>
  cameraLayers({ width, height }).map(({ rid, scaleResolutionDownBy, maxBitrate }) => [
    rid,
    scaleResolutionDownBy,
    maxBitrate,
  ]);
const ALL = [
  ['l', 4, 150_000],
  ['m', 2, 500_000],
  ['h', 1, 1_500_000],
];

describe('cameraLayers', () => {
  it.each([
    ['a usual camera', 1280, 720],
    ['a phone held upright', 720, 1280],
    ['a camera of 960x540', 960, 540],
  ])('is three for %s', (_, width, height) => {
    expect(layersOf(width, height)).toEqual(ALL);
  });

  it('is two where a third would hardly be larger', () => {
    const two = [
      ['l', 2, 150_000],
      ['m', 1, 500_000],
    ];
    expect(layersOf(640, 360)).toEqual(two);
    expect(layersOf(640, 480)).toEqual(two);
  });

  it('is one without rid for a small camera', () => {
    expect(cameraLayers({ width: 320, height: 240 })).toEqual([singleEncoding('camera')]);
    expect(singleEncoding('camera').rid).toBeUndefined();
  });

  it('scales a larger camera down to 720 lines', () => {
    expect(layersOf(1920, 1080).map(([, scale]) => scale)).toEqual([6, 3, 1.5]);
  });
});

it('adds temporal layers to each layer', () => {
  const modes = withTemporalLayers(cameraLayers({ width: 1280, height: 720 })).map(
    (each) => each.scalabilityMode,
  );
  expect(modes).toEqual(['L1T3', 'L1T3', 'L1T3']);
});

it('keeps a screen sharp and a film moving', () => {
  expect(singleEncoding('screen').maxFramerate).toBe(5);
  expect(singleEncoding('clip').maxFramerate).toBe(25);
});

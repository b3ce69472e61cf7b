/**
 * What is sent of a camera and of a screen. Rates add up to what a village line carries
 * upwards: a camera's three layers take 2.15 Mbit/s, and the browser leaves out the upper
 * ones by itself where the line carries less.
 */

/** `screen` is read, so it stays sharp; `clip` is a film on a screen, so it moves. */
export type PictureKind = 'camera' | 'screen' | 'clip';

export interface Size {
  width: number;
  height: number;
}

/** What the DOM's types leave out: "Scalable Video Coding (SVC) for WebRTC". */
export interface Encoding extends RTCRtpEncodingParameters {
  scalabilityMode?: string;
}

/** From small to large, the order in which browsers share a narrow line out. */
const LAYERS = [
  { rid: 'l', bps: 150_000 },
  { rid: 'm', bps: 500_000 },
  { rid: 'h', bps: 1_500_000 },
];
/** Shorter side of a camera, px, from which it has three layers, or two. */
const THREE_PX = 540;
const TWO_PX = 360;
/** A larger camera is scaled down to this: 1.5 Mbit/s carry no more. */
const TOP_PX = 720;
const CAMERA_FPS = 25;

/** What is sent where there is one layer only. DESIGN.md 2: 1.3 Mbit/s with the sound. */
const SINGLE: Record<PictureKind, Encoding> = {
  camera: { maxBitrate: 1_200_000, maxFramerate: CAMERA_FPS },
  // Letters change seldom: what a second saves on pictures goes into their sharpness.
  screen: { maxBitrate: 1_200_000, maxFramerate: 5 },
  clip: { maxBitrate: 1_500_000, maxFramerate: 25 },
};
export const SOUND_BPS: Record<PictureKind, number> = {
  camera: 40_000,
  screen: 64_000,
  clip: 64_000,
};

/** One layer as large as the picture. */
export const singleEncoding = (kind: PictureKind): Encoding => ({
  ...SINGLE[kind],
  scaleResolutionDownBy: 1,
});

/**
 * The layers of a camera that gives `size`, each twice as large as the one before: three,
 * two where a third would hardly be larger, and one without rid below 640x360.
 */
export function cameraLayers({ width, height }: Size): Encoding[] {
  const shorter = Math.min(width, height);
  if (shorter < TWO_PX) return [singleEncoding('camera')];
  const own = LAYERS.slice(0, shorter < THREE_PX ? 2 : 3);
  const base = Math.max(1, shorter / TOP_PX);
  return own.map(({ rid, bps }, index) => ({
    rid,
    maxBitrate: bps,
    maxFramerate: CAMERA_FPS,
    scaleResolutionDownBy: base * 2 ** (own.length - 1 - index),
  }));
}

/** The same layers in three steps of frame rate, each of which the server can leave out. */
export const withTemporalLayers = (encodings: readonly Encoding[]): Encoding[] =>
  encodings.map((each) => ({ ...each, scalabilityMode: 'L1T3' }));

/** The line in one word for the top bar, and in one sentence when it is in trouble. */
import type { Phase } from '../../api/connection';
import type { LineQuality } from '../../media/line-quality';
import type { Rung, RungReason } from '../../media/ladder';
import type { MediaShed } from '../../api/types.gen';
import type { Shortfall } from '../../media/picture-shortfall';

export type Line = 'connecting' | 'good' | 'weak' | 'delayed' | 'lost';

export interface LineInputs {
  phase: Phase;
  rung: Rung;
  isUp: boolean;
  reason: RungReason;
  quality: LineQuality | null;
  /** Whether anybody publishes; without, silence says nothing about the line. */
  hasSources: boolean;
  hasNoCodec: boolean;
  /** Was connected and is not now. */
  isInterrupted: boolean;
  shortfall: Shortfall | null;
  /** By a full server; what is less then is not the line's doing. */
  keptBack: MediaShed['kept_back'];
}

export function lineOf(inputs: LineInputs): Line {
  const { phase, rung, isUp, reason, quality, hasSources } = inputs;
  if (phase === 'reconnecting') return 'lost';
  if (rung === 'slides') return reason === 'chosen' ? 'good' : 'lost';
  if (!isUp) return inputs.isInterrupted ? 'lost' : 'connecting';
  if (rung !== 'webrtc') return 'delayed';
  if (inputs.shortfall !== null && inputs.keptBack === 'nothing') return 'weak';
  return hasSources && (quality === 'bad' || quality === 'fair') ? 'weak' : 'good';
}

export type LineNotice =
  | 'line-reconnecting'
  | 'line-no-h264'
  | 'line-delayed-why'
  | 'line-delayed-lost'
  | 'line-delayed-codec'
  | 'line-blocked'
  | 'line-media-failed'
  | 'line-media-reconnecting'
  | 'line-weak-why'
  | 'line-picture-kept-back'
  | 'line-picture-reduced'
  | 'line-picture-paused'
  | 'line-picture-smaller';

/** Fluent id of what is to be said; null when all is well. */
export function lineNotice(inputs: LineInputs, isLongBad: boolean): LineNotice | null {
  const { phase, rung, isUp, reason } = inputs;
  if (phase === 'reconnecting') return 'line-reconnecting';
  if (inputs.hasNoCodec) return 'line-no-h264';
  if (rung === 'slides') return reason === 'chosen' ? null : 'line-media-failed';
  if (rung === 'audio' && isUp) return reason === 'chosen' ? null : 'line-blocked';
  if (rung === 'hls' && isUp) {
    if (reason === 'no_codec') return 'line-delayed-codec';
    return reason === 'lost' ? 'line-delayed-lost' : 'line-delayed-why';
  }
  if (!isUp && inputs.isInterrupted) return 'line-media-reconnecting';
  if (inputs.keptBack === 'paused') return 'line-picture-kept-back';
  if (inputs.keptBack === 'reduced' && !isLongBad) return 'line-picture-reduced';
  if (inputs.shortfall === 'paused') return 'line-picture-paused';
  if (isLongBad) return 'line-weak-why';
  return inputs.shortfall === 'smaller' ? 'line-picture-smaller' : null;
}

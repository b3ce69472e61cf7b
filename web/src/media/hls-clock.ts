/** What of an HLS fragment is needed to tell when it happened. */
export interface DatedFragment {
  /** Position in the player, s. */
  start: number;
  duration: number;
  /** Unix ms of its first sample (EXT-X-PROGRAM-DATE-TIME). */
  programDateTime: number | null;
}

/**
 * Position (s) at which a player shows the moment `wallMs`, from its newest playlist.
 * A moment in a gap of the recording is shown as the first one after it; null without
 * dates.
 */
export function positionAt(fragments: readonly DatedFragment[], wallMs: number): number | null {
  let position: number | null = null;
  for (const { start, duration, programDateTime } of fragments) {
    if (programDateTime === null) continue;
    const offset = (wallMs - programDateTime) / 1000;
    if (offset < 0) return position ?? start;
    position = start + Math.min(offset, duration);
  }
  return position;
}

/** The moment (Unix ms) a player shows at `position` s; null without dates. */
export function wallAt(fragments: readonly DatedFragment[], position: number): number | null {
  let wallMs: number | null = null;
  for (const { start, programDateTime } of fragments) {
    if (programDateTime === null) continue;
    if (start > position && wallMs !== null) break;
    wallMs = programDateTime + (position - start) * 1000;
  }
  return wallMs;
}

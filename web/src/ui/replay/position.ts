// Where the person stopped, per session, on this device.
import { browserShelf, type Shelf } from '../../state/shelf';

export interface Position {
  /** Time in the recording. */
  atMs: number;
  durationMs: number;
}

/** Closer to the end than this counts as watched: one starts anew. */
const END_MS = 15_000;
/** Less than this is only a look. */
const START_MS = 10_000;

const key = (sessionId: string) => `replay.${sessionId}`;

export function loadPosition(sessionId: string, shelf: Shelf = browserShelf): Position | null {
  try {
    const [atMs, durationMs] = JSON.parse(shelf.get(key(sessionId)) ?? '') as unknown[];
    if (typeof atMs !== 'number' || typeof durationMs !== 'number') return null;
    if (atMs < START_MS || atMs > durationMs - END_MS) return null;
    return { atMs, durationMs };
  } catch {
    return null;
  }
}

export function savePosition(
  sessionId: string,
  { atMs, durationMs }: Position,
  shelf: Shelf = browserShelf,
): void {
  shelf.set(key(sessionId), JSON.stringify([Math.round(atMs), Math.round(durationMs)]));
}

/** How a person wants the stage laid out; remembered on this device. */
import { browserShelf } from '../../state/shelf';

export const ARRANGEMENTS = [
  'slide-and-speaker',
  'side-by-side',
  'speaker-large',
  'slides-only',
  'audio-only',
] as const;
export type Arrangement = (typeof ARRANGEMENTS)[number];

const KEY = 'arrangement';

export function loadArrangement(): Arrangement {
  const stored = browserShelf.get(KEY);
  return ARRANGEMENTS.find((each) => each === stored) ?? 'slide-and-speaker';
}

export function saveArrangement(arrangement: Arrangement): void {
  browserShelf.set(KEY, arrangement);
}

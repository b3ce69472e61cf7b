/**
 * How much of the line a person lets the seminar take.
 *
 * `auto` everything there is; `low` small pictures of people; `audio` sound and slides;
 * `slides` neither picture nor sound.
 */
export const QUALITIES = ['auto', 'low', 'audio', 'slides'] as const;
export type Quality = (typeof QUALITIES)[number];

/** The smallest layer: 150 kbit/s a picture. */
const LOW_PX = 180;

/** The most px of a slot's picture that a choice lets through; Infinity is no limit. */
export function capOf(quality: Quality, slot: string): number {
  if (quality === 'audio' || quality === 'slides') return 0;
  // What is on the screen is to be read, and rests most of the time.
  return quality === 'low' && slot !== 'screen' ? LOW_PX : Infinity;
}

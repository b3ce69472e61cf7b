/**
 * How much of the line a person lets the seminar take.
 *
 * `auto` everything there is; `low` one picture, of whoever is on air; `audio` sound
 * and slides; `slides` neither picture nor sound.
 */
export const QUALITIES = ['auto', 'low', 'audio', 'slides'] as const;
export type Quality = (typeof QUALITIES)[number];

/** Who a participant is, in words: name, post and hall, from the roster. */
import type { Centre, RosterEntry } from '../../api/types.gen';

export interface PersonView {
  name: string;
  post: string;
  hall: string;
}

/** `fallback` stands in for somebody erased or not yet known. */
export function describePerson(
  participantId: string,
  roster: Record<string, RosterEntry>,
  centres: readonly Centre[],
  fallback: string,
): PersonView {
  const entry = roster[participantId];
  const centre = centres.find((each) => each.centre_id === entry?.centre_id);
  return { name: entry?.name || fallback, post: entry?.post ?? '', hall: centre?.name ?? '' };
}

/** Post and hall in one line: what stands under a name. */
export function personLine(person: PersonView): string {
  return [person.post, person.hall].filter(Boolean).join(' · ');
}

/** First letters of the first two words, for a tile without a picture. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => [...word][0]?.toLocaleUpperCase() ?? '')
    .join('');
}

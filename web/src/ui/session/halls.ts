/** The people of a session by hall: fullest first, empty invited halls last. */
import type { Centre, Participant, RosterEntry, State } from '../../api/types.gen';
import { describePerson, type PersonView } from './people';

export interface HallPerson extends PersonView {
  participantId: string;
  isPresent: boolean;
  isMuted: boolean;
  role: Participant['role'];
  speeches: number;
}

export interface HallView {
  key: string;
  name: string;
  region: string;
  present: number;
  /** Known by name; staff only, else empty. */
  people: HallPerson[];
}

interface Inputs {
  session: State;
  roster: Record<string, RosterEntry>;
  centres: readonly Centre[];
  byCentre: Record<string, number>;
  isStaff: boolean;
  search: string;
  elsewhere: string;
  unknownName: string;
}

const NO_HALL = '';

export function listHalls(inputs: Inputs): HallView[] {
  const { centres, byCentre, elsewhere } = inputs;
  const known = new Set(centres.map((centre) => centre.centre_id));
  const halls: HallView[] = centres.map((centre) => ({
    key: centre.centre_id,
    name: centre.name,
    region: centre.region,
    present: byCentre[centre.centre_id] ?? 0,
    people: [],
  }));
  const others = Object.entries(byCentre)
    .filter(([centreId]) => !known.has(centreId))
    .reduce((sum, [, count]) => sum + count, 0);
  const rest: HallView = {
    key: NO_HALL,
    name: elsewhere,
    region: '',
    present: others,
    people: [],
  };
  if (inputs.isStaff) seatPeople([...halls, rest], inputs);
  if (rest.present > 0 || rest.people.length > 0) halls.push(rest);
  const wanted = inputs.search.trim().toLocaleLowerCase();
  return halls
    .map((hall) => (wanted ? matching(hall, wanted) : hall))
    .filter((hall) => !wanted || hall.people.length > 0)
    .sort((a, b) => b.present - a.present || a.name.localeCompare(b.name));
}

function seatPeople(halls: HallView[], inputs: Inputs): void {
  const { session, roster, centres, unknownName } = inputs;
  const byKey = new Map(halls.map((hall) => [hall.key, hall]));
  for (const participant of Object.values(session.participants)) {
    if (participant.is_removed) continue;
    const hall = byKey.get(participant.centre_id ?? NO_HALL) ?? byKey.get(NO_HALL);
    hall?.people.push({
      ...describePerson(participant.participant_id, roster, centres, unknownName),
      participantId: participant.participant_id,
      isPresent: participant.is_present,
      isMuted: participant.is_muted,
      role: participant.role,
      speeches: participant.speeches,
    });
  }
  for (const hall of halls) {
    // Staff are in the list, not in the counts of halls.
    const here = hall.people.filter((person) => person.isPresent).length;
    hall.present = Math.max(hall.present, here);
    hall.people.sort(
      (a, b) => Number(b.isPresent) - Number(a.isPresent) || a.name.localeCompare(b.name),
    );
  }
}

function matching(hall: HallView, wanted: string): HallView {
  const isHall = hall.name.toLocaleLowerCase().includes(wanted);
  const people = hall.people.filter(
    (person) => isHall || `${person.name} ${person.post}`.toLocaleLowerCase().includes(wanted),
  );
  return { ...hall, people };
}

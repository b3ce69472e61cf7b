/** Who follows badly, in the words of the cockpit: by hall, with what to do. */
import type { Centre, Lines, LineTrouble, RosterEntry } from '../../api/types.gen';
import { describePerson } from '../session/people';

/** Of the panel that lists them. */
export const LINES_ID = 'cockpit-lines';

export interface LinePerson {
  participantId: string;
  name: string;
  post: string;
  isBad: boolean;
  /** Fluent ids: what they meet, and what helps. */
  problem: string;
  advice: string;
  sinceMs: number;
}

export interface LineHall {
  key: string;
  name: string;
  following: number;
  troubled: number;
  isHallLine: boolean;
  people: LinePerson[];
  /** In trouble, and too many to be named. */
  more: number;
}

interface Inputs {
  lines: Lines;
  roster: Record<string, RosterEntry>;
  centres: readonly Centre[];
  elsewhere: string;
  unknownName: string;
}

/** In the server's order: the worst hall first, in it the worst and longest. */
export function listLineHalls(inputs: Inputs): LineHall[] {
  const { lines, roster, centres, elsewhere, unknownName } = inputs;
  return lines.halls.map((hall) => {
    const centre = centres.find((each) => each.centre_id === hall.centre_id);
    const troubled = hall.weak + hall.bad;
    return {
      key: hall.centre_id ?? '',
      name: centre?.name ?? elsewhere,
      following: hall.following,
      troubled,
      isHallLine: hall.is_hall_line,
      people: hall.people.map((trouble) => {
        const { name, post } = describePerson(trouble.participant_id, roster, centres, unknownName);
        return { ...describeTrouble(trouble), name, post };
      }),
      more: troubled - hall.people.length,
    };
  });
}

function describeTrouble(trouble: LineTrouble): Omit<LinePerson, 'name' | 'post'> {
  // Who still has slides and texts is better off than who has nothing at all.
  const kind =
    trouble.problem === 'no_media' && trouble.way === 'slides' ? 'slides' : trouble.problem;
  const name = kind.replace('_', '-');
  return {
    participantId: trouble.participant_id,
    isBad: trouble.standing === 'bad',
    problem: `lines-problem-${name}`,
    advice: `lines-advice-${name}`,
    sinceMs: trouble.since_ms,
  };
}

/** How many are in trouble. */
export function troubledCount(lines: Lines | null): number {
  return lines ? lines.weak + lines.bad : 0;
}

const MANY_SHARE = 0.1;
const MANY_PEOPLE = 3;

/** Worth a word to who is looking elsewhere: a whole hall, or every tenth, in bad trouble. */
export function isAlarming(lines: Lines): boolean {
  const isMany = lines.bad >= MANY_PEOPLE && lines.bad >= MANY_SHARE * lines.following;
  return isMany || lines.halls.some((hall) => hall.is_hall_line && hall.bad > 0);
}

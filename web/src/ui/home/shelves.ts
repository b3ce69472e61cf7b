import type { SeminarCard } from '../../api/types.gen';

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;

export interface Shelves {
  /** On air, or being prepared by those who may see it. */
  now: SeminarCard[];
  /** Today and the next days up to a week; begins with what is overdue to start. */
  week: SeminarCard[];
  later: SeminarCard[];
  /** Over, the newest first. */
  past: SeminarCard[];
}

function startOfDay(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}

/** Sort a person's seminars onto the shelves of the home page. */
export function arrange(seminars: readonly SeminarCard[], nowMs: number): Shelves {
  const shelves: Shelves = { now: [], week: [], later: [], past: [] };
  const weekEndMs = startOfDay(nowMs) + WEEK_DAYS * DAY_MS;
  const todayMs = startOfDay(nowMs);
  for (const card of [...seminars].sort((a, b) => a.starts_at_ms - b.starts_at_ms)) {
    shelves[shelfOf(card, todayMs, weekEndMs)].push(card);
  }
  shelves.past.reverse();
  return shelves;
}

function shelfOf(card: SeminarCard, todayMs: number, weekEndMs: number): keyof Shelves {
  if (card.status === 'live') return 'now';
  if (card.status === 'green_room' && card.my_role === 'trainer') return 'now';
  if (card.status === 'ended' || card.starts_at_ms < todayMs) return 'past';
  return card.starts_at_ms < weekEndMs ? 'week' : 'later';
}

// Chapters of a recording from what was on the board, and marks of its polls.
import type { Logged } from '../../api/types.gen';

export interface Chapter {
  atMs: number;
  /** The slide shown, or null while a screen was shared. */
  slide: { deckId: string; page: number } | null;
}

export interface PollMark {
  atMs: number;
  pollId: string;
  question: string;
}

/** A slide that was only leafed through is no chapter. */
const SHORTEST_MS = 4_000;

type TimeOf = (logged: Logged) => number;

/** What stood on the board from when; slides before the start count as shown at 0. */
export function findChapters(events: readonly Logged[], timeOf: TimeOf): Chapter[] {
  const chapters: Chapter[] = [];
  let slide: Chapter['slide'] = null;
  const screens = new Set<string>();
  for (const logged of events) {
    const { event } = logged;
    const hadScreen = screens.size > 0;
    if (event.type === 'slide.shown') slide = { deckId: event.deck_id, page: event.page };
    else if (event.type === 'source.opened' && event.source === 'screen') {
      screens.add(event.participant_id);
    } else if (event.type === 'source.closed' && event.source === 'screen') {
      screens.delete(event.participant_id);
    } else continue;
    const hasScreen = screens.size > 0;
    // Slides moved behind a shared screen are not seen.
    if (hadScreen && hasScreen) continue;
    if (!hasScreen && !slide) continue;
    addChapter(chapters, { atMs: timeOf(logged), slide: hasScreen ? null : slide });
  }
  return chapters;
}

function addChapter(chapters: Chapter[], next: Chapter): void {
  const last = chapters.at(-1);
  if (last && next.atMs - last.atMs < SHORTEST_MS) {
    chapters.pop();
    next = { ...next, atMs: last.atMs };
  }
  const before = chapters.at(-1);
  if (before && isSame(before, next)) return;
  chapters.push(next);
}

function isSame(one: Chapter, other: Chapter): boolean {
  return one.slide?.deckId === other.slide?.deckId && one.slide?.page === other.slide?.page;
}

export function findPolls(events: readonly Logged[], timeOf: TimeOf): PollMark[] {
  return events.flatMap((logged) => {
    const { event } = logged;
    if (event.type !== 'poll.opened') return [];
    return [{ atMs: timeOf(logged), pollId: event.poll_id, question: event.question }];
  });
}

/** Index of the chapter that runs at a time; -1 before the first. */
export function chapterAt(chapters: readonly { atMs: number }[], atMs: number): number {
  let index = -1;
  while (index + 1 < chapters.length && (chapters[index + 1]?.atMs ?? Infinity) <= atMs) index++;
  return index;
}

import type {
  Message,
  OpenSource,
  Poll,
  RosterEntry,
  Slide,
  SlotMap,
  Speech,
  State,
} from '../api/types.gen';

/** Place in the speaking queue: 1 is next, null is no hand raised. */
export function handPosition(state: State, participantId: string): number | null {
  const index = state.queue.indexOf(participantId);
  return index === -1 ? null : index + 1;
}

export function speechOf(state: State, participantId: string): Speech | null {
  return state.floor.find((speech) => speech.participant_id === participantId) ?? null;
}

/** Ms a speaker has left, negative when over; null without the floor. */
export function speechLeftMs(speech: Speech | null, nowMs: number): number | null {
  return speech && speech.given_at_ms + speech.limit_s * 1000 - nowMs;
}

/** Who the audience is to look at: the newest on the floor, else the trainer on camera. */
export function onAirSpeaker(state: State, slots: SlotMap | null): string | null {
  const newest = state.floor.at(-1);
  return slots?.video.programme ?? newest?.participant_id ?? slots?.video.presenter ?? null;
}

export function sourceOf(
  state: State,
  participantId: string,
  source: OpenSource['source'],
): OpenSource | null {
  const isIt = (each: OpenSource) =>
    each.participant_id === participantId && each.source === source;
  return state.sources.find(isIt) ?? null;
}

/** The newest shared screen. */
export function sharedScreen(state: State): OpenSource | null {
  return state.sources.findLast((each) => each.source === 'screen') ?? null;
}

export function currentSlide(state: State): (Slide & { title: string; pages: number }) | null {
  const { slide } = state;
  if (!slide) return null;
  const deck = state.decks.find((each) => each.deck_id === slide.deck_id);
  return { ...slide, title: deck?.title ?? '', pages: deck?.pages ?? slide.page };
}

/** The poll being voted on; the newest when there are several. */
export function openPoll(state: State): Poll | null {
  return Object.values(state.polls).findLast((poll) => poll.status === 'open') ?? null;
}

/** The newest closed poll whose result everyone may see. */
export function releasedPoll(state: State): Poll | null {
  return Object.values(state.polls).findLast((poll) => poll.is_released) ?? null;
}

/** Ms until a poll closes by itself, never negative; null without a limit. */
export function pollLeftMs(poll: Poll, nowMs: number): number | null {
  return poll.closes_at_ms === null ? null : Math.max(0, poll.closes_at_ms - nowMs);
}

export function ballotOf(poll: Poll, participantId: string): number[] | null {
  return poll.ballots[participantId] ?? null;
}

/** Ms since the session went live; null before. It stops at the end. */
export function elapsedMs(state: State, nowMs: number): number | null {
  if (state.started_at_ms === null) return null;
  return Math.max(0, (state.ended_at_ms ?? nowMs) - state.started_at_ms);
}

export function visibleChat(state: State): Message[] {
  return state.chat.filter((message) => !message.is_hidden);
}

/** Staff and speakers may publish. */
export function mayPublish(state: State, participantId: string, isTrainer: boolean): boolean {
  if (state.status !== 'green_room' && state.status !== 'live') return false;
  return isTrainer || speechOf(state, participantId) !== null;
}

/** Whether a locked thing is locked for this person; the staff may always. */
export function isLocked(state: State, what: 'chat' | 'hands', isTrainer: boolean): boolean {
  return !isTrainer && (what === 'chat' ? state.chat_locked : state.hands_locked);
}

/** Number of halls with somebody present. */
export function hallCount(byCentre: Record<string, number>): number {
  return Object.entries(byCentre).filter(([id, present]) => id !== '' && present > 0).length;
}

const NOBODY: RosterEntry = { name: '', post: '', centre_id: null };

/** Who a participant is; empty when erased or not told yet. */
export function rosterEntry(
  roster: Record<string, RosterEntry>,
  participantId: string,
): RosterEntry {
  return roster[participantId] ?? NOBODY;
}

import type { Logged, Participant, Poll, SessionEvent, State } from '../api/types.gen';

/**
 * The twin of `server/domain/fold.py`; `tests/contract/fold/*.json` hold both to the same
 * results. Never fails and never changes its input: an event about something this
 * receiver can't see leaves the state as it is, but for its `seq`.
 */
export function reduce(state: State, logged: Logged): State {
  const { event } = logged;
  const apply = HANDLERS[event.type] as (state: State, event: SessionEvent, at: Logged) => State;
  return { ...apply(state, event, logged), seq: logged.seq };
}

export function reduceAll(state: State, events: readonly Logged[]): State {
  return events.reduce(reduce, state);
}

type Handlers = {
  [T in SessionEvent['type']]: (
    state: State,
    event: Extract<SessionEvent, { type: T }>,
    logged: Logged,
  ) => State;
};

function patchParticipant(state: State, id: string, patch: Partial<Participant>): State {
  const before = state.participants[id];
  if (!before) return state;
  return { ...state, participants: { ...state.participants, [id]: { ...before, ...patch } } };
}

function putPoll(state: State, poll: Poll): State {
  return { ...state, polls: { ...state.polls, [poll.poll_id]: poll } };
}

function patchPoll(state: State, id: string, patch: Partial<Poll>): State {
  const before = state.polls[id];
  if (!before) return state;
  return putPoll(state, { ...before, ...patch });
}

const without = (ids: readonly string[], id: string) => ids.filter((each) => each !== id);

const HANDLERS: Handlers = {
  'session.opened': (state) => ({ ...state, status: 'green_room' }),
  'session.went_live': (state, event) => ({
    ...state,
    status: 'live',
    started_at_ms: event.started_at_ms,
    // What trainers said in the green room stays there.
    chat: [],
  }),
  'session.ended': (state, event) => ({
    ...state,
    status: 'ended',
    ended_at_ms: event.ended_at_ms,
    queue: [],
    floor: [],
    sources: [],
  }),
  'participant.joined': (state, event, { at_ms }) => {
    const { participant_id, person_id, role, centre_id } = event;
    const before = state.participants[participant_id];
    const participant: Participant = before
      ? { ...before, role, centre_id, is_present: true, left_at_ms: null }
      : {
          participant_id,
          person_id,
          role,
          centre_id,
          is_present: true,
          joined_at_ms: at_ms,
          left_at_ms: null,
          is_muted: false,
          is_removed: false,
          speeches: 0,
        };
    return { ...state, participants: { ...state.participants, [participant_id]: participant } };
  },
  'participant.left': (state, event) =>
    patchParticipant(state, event.participant_id, {
      is_present: false,
      left_at_ms: event.left_at_ms,
    }),
  'participant.removed': (state, event) =>
    patchParticipant(state, event.participant_id, { is_removed: true }),
  'participant.muted': (state, event) =>
    patchParticipant(state, event.participant_id, { is_muted: event.muted }),
  'hand.raised': (state, event) =>
    state.queue.includes(event.participant_id)
      ? state
      : { ...state, queue: [...state.queue, event.participant_id] },
  'hand.lowered': (state, event) => ({
    ...state,
    queue: without(state.queue, event.participant_id),
  }),
  'queue.moved': (state, event) => {
    if (!state.queue.includes(event.participant_id)) return state;
    const queue = without(state.queue, event.participant_id);
    queue.splice(event.position, 0, event.participant_id);
    return { ...state, queue };
  },
  'floor.given': (state, event) => {
    const { participant_id, slot, limit_s, given_at_ms } = event;
    const queue = without(state.queue, participant_id);
    const floor = [
      ...state.floor.filter((speech) => speech.slot !== slot),
      { participant_id, slot, limit_s, given_at_ms },
    ];
    const speeches = (state.participants[participant_id]?.speeches ?? 0) + 1;
    return patchParticipant({ ...state, queue, floor }, participant_id, { speeches });
  },
  'floor.taken': (state, event) => ({
    ...state,
    floor: state.floor.filter((speech) => speech.participant_id !== event.participant_id),
  }),
  'source.opened': (state, event) => {
    const { participant_id, source, has_video, has_audio } = event;
    const others = state.sources.filter(
      (each) => each.participant_id !== participant_id || each.source !== source,
    );
    return { ...state, sources: [...others, { participant_id, source, has_video, has_audio }] };
  },
  'source.closed': (state, event) => ({
    ...state,
    sources: state.sources.filter(
      (each) => each.participant_id !== event.participant_id || each.source !== event.source,
    ),
  }),
  'deck.added': (state, event) => {
    const { deck_id, title, pages } = event;
    const others = state.decks.filter((deck) => deck.deck_id !== deck_id);
    return { ...state, decks: [...others, { deck_id, title, pages }] };
  },
  'slide.shown': (state, { deck_id, page }) => ({ ...state, slide: { deck_id, page } }),
  'chat.posted': (state, event, { at_ms }) => {
    const { message_id, participant_id, text } = event;
    const message = { message_id, participant_id, text, at_ms, is_hidden: false };
    return { ...state, chat: [...state.chat, message] };
  },
  'chat.hidden': (state, event) => ({
    ...state,
    chat: state.chat.map((message) =>
      message.message_id === event.message_id ? { ...message, is_hidden: true, text: '' } : message,
    ),
  }),
  'poll.created': (state, { type: _, ...made }) => putPoll(state, { ...made, ...NEW_POLL }),
  'poll.opened': (state, { type: _, ...shown }) => {
    const { opened_at_ms, closes_at_ms } = shown;
    const limit_s = closes_at_ms === null ? null : Math.floor((closes_at_ms - opened_at_ms) / 1000);
    return putPoll(state, { ...NEW_POLL, ...shown, limit_s, status: 'open' });
  },
  'ballot.cast': (state, event) => {
    const before = state.polls[event.poll_id];
    if (!before) return state;
    const ballots = { ...before.ballots, [event.participant_id]: event.choices };
    return patchPoll(state, event.poll_id, { ballots });
  },
  'poll.closed': (state, event) => patchPoll(state, event.poll_id, { status: 'closed' }),
  'poll.counted': (state, { poll_id, counts, voters }) =>
    patchPoll(state, poll_id, { counts, voters }),
  'poll.released': (state, { poll_id, counts, voters }) =>
    patchPoll(state, poll_id, { counts, voters, is_released: true }),
  'locks.changed': (state, { chat, hands }) => ({
    ...state,
    chat_locked: chat,
    hands_locked: hands,
  }),
  'media.restarted': (state, { media_epoch }) => ({ ...state, media_epoch, sources: [] }),
  'recording.changed': (state, { health }) => ({ ...state, recording: health }),
};

/** What a poll has before anything happened to it. */
const NEW_POLL = {
  status: 'draft',
  opened_at_ms: null,
  closes_at_ms: null,
  ballots: {},
  counts: null,
  voters: 0,
  is_released: false,
} as const satisfies Partial<Poll>;

import type { Logged, RosterEntry, Seminar, State, Timeline } from '../api/types.gen';
import { Folded } from './folded';

/**
 * A recorded session at the moment on screen. Time is session time: ms since it went
 * live, which is 0 of the recording.
 */
export class Replay {
  readonly seminar: Seminar;
  readonly roster: Record<string, RosterEntry>;
  readonly durationMs: number;
  readonly events: readonly Logged[];
  /** The state at `timeMs`, folded by the same reducer as the live room's. */
  state = $state.raw<State>() as State;
  timeMs = $state(0);

  readonly #folded: Folded;
  readonly #startMs: number;

  constructor(timeline: Timeline) {
    this.seminar = timeline.seminar;
    this.roster = timeline.roster;
    this.durationMs = timeline.duration_ms;
    this.events = timeline.events;
    this.#folded = new Folded(timeline.initial, timeline.events);
    this.#startMs = startOf(timeline);
    this.state = this.#folded.at(this.#startMs);
  }

  /** Unix ms of a session time. */
  wallMs(timeMs: number): number {
    return this.#startMs + timeMs;
  }

  /** Session time of an event, for markers on the timeline. */
  timeOf(logged: Logged): number {
    return Math.max(0, logged.at_ms - this.#startMs);
  }

  /** Show the session as it was `timeMs` after it went live. Cheap both ways. */
  seek(timeMs: number): void {
    this.timeMs = timeMs;
    const state = this.#folded.at(this.#startMs + timeMs);
    if (state !== this.state) this.state = state;
  }
}

function startOf(timeline: Timeline): number {
  if (timeline.initial.started_at_ms !== null) return timeline.initial.started_at_ms;
  for (const { event } of timeline.events) {
    if (event.type === 'session.went_live') return event.started_at_ms;
  }
  return timeline.events[0]?.at_ms ?? 0;
}

export function createReplay(timeline: Timeline): Replay {
  return new Replay(timeline);
}

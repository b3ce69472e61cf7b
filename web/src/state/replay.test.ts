import { describe, expect, it } from 'vitest';
import type { Timeline } from '../api/types.gen';
import { makeState, makeWelcome } from '../testing/fake-transport';
import { createReplay } from './replay.svelte';

const timeline: Timeline = {
  initial: makeState({ status: 'green_room', started_at_ms: null }),
  events: [
    {
      seq: 1,
      at_ms: 90_000,
      by: null,
      event: { type: 'slide.shown', deck_id: 'dck_1', page: 1 },
    },
    {
      seq: 2,
      at_ms: 100_000,
      by: null,
      event: { type: 'session.went_live', started_at_ms: 100_000 },
    },
    {
      seq: 3,
      at_ms: 130_000,
      by: null,
      event: { type: 'slide.shown', deck_id: 'dck_1', page: 2 },
    },
  ],
  roster: {},
  seminar: makeWelcome().seminar,
  duration_ms: 60_000,
  chain_head: '',
};

describe('Replay', () => {
  it('counts from the moment it went live and shows what stood then', () => {
    const replay = createReplay(timeline);
    expect(replay.state.slide?.page).toBe(1);
    expect(replay.wallMs(30_000)).toBe(130_000);
  });

  it('goes both ways', () => {
    const replay = createReplay(timeline);
    replay.seek(30_000);
    expect(replay.state.slide?.page).toBe(2);
    replay.seek(29_999);
    expect(replay.state.slide?.page).toBe(1);
    expect(replay.timeMs).toBe(29_999);
  });

  it('puts what was prepared before at the start', () => {
    const replay = createReplay(timeline);
    expect(timeline.events.map((logged) => replay.timeOf(logged))).toEqual([0, 0, 30_000]);
  });
});

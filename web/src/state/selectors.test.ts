import { describe, expect, it } from 'vitest';
import { makeState } from '../testing/fake-transport';
import * as select from './selectors';

const speech = {
  participant_id: 'par_2',
  slot: 'floor-1' as const,
  limit_s: 60,
  given_at_ms: 10_000,
};

describe('selectors', () => {
  it('count the queue from one', () => {
    const state = makeState({ queue: ['par_1', 'par_2'] });
    expect(select.handPosition(state, 'par_2')).toBe(2);
    expect(select.handPosition(state, 'par_3')).toBeNull();
  });

  it('tell how long a speaker has, and has gone over', () => {
    expect(select.speechLeftMs(speech, 40_000)).toBe(30_000);
    expect(select.speechLeftMs(speech, 80_000)).toBe(-10_000);
    expect(select.speechLeftMs(null, 0)).toBeNull();
  });

  it('look at the floor before the trainer', () => {
    const slots = { video: { presenter: 'par_1' }, speaking: [] };
    expect(select.onAirSpeaker(makeState(), slots)).toBe('par_1');
    expect(select.onAirSpeaker(makeState({ floor: [speech] }), slots)).toBe('par_2');
  });

  it('let trainers publish from the green room and others while they have the floor', () => {
    const green = makeState({ status: 'green_room' });
    expect(select.mayPublish(green, 'par_1', true)).toBe(true);
    expect(select.mayPublish(makeState({ floor: [speech] }), 'par_2', false)).toBe(true);
    expect(select.mayPublish(makeState({ floor: [speech] }), 'par_3', false)).toBe(false);
    expect(select.mayPublish(makeState({ status: 'ended' }), 'par_1', true)).toBe(false);
  });

  it('stop the clock of a session at its end', () => {
    const state = makeState({ started_at_ms: 1_000, ended_at_ms: 61_000 });
    expect(select.elapsedMs(state, 999_000)).toBe(60_000);
    expect(select.elapsedMs(makeState({ started_at_ms: null }), 5)).toBeNull();
  });

  it('know a slide whose deck is not known yet', () => {
    const state = makeState({ slide: { deck_id: 'dck_1', page: 3 } });
    expect(select.currentSlide(state)).toEqual({ deck_id: 'dck_1', page: 3, title: '', pages: 3 });
  });

  it('count halls with people in them', () => {
    expect(select.hallCount({ cen_1: 3, cen_2: 0, '': 5 })).toBe(1);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Logged, SessionEvent, State } from '../api/types.gen';
import { makeState } from '../testing/fake-transport';
import { reduce, reduceAll } from './reduce';

interface FoldCase {
  name: string;
  state: State;
  event: Logged;
  expected: State;
}

/** The cases of `server/domain/fold.py`: both folds must give the same. */
const folder = new URL('../../../tests/contract/fold/', import.meta.url);
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  // One case or a list of them.
  .flatMap((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as FoldCase);

describe('the contract with the Python fold', () => {
  it('is there', () => {
    expect(cases.length).toBeGreaterThan(0);
  });

  it.each(cases)('$name', ({ state, event, expected }) => {
    const before = structuredClone(state);
    expect(reduce(state, event)).toEqual(expected);
    expect(state).toEqual(before);
  });
});

let seq = 0;
const log = (event: SessionEvent, at_ms = 1_000): Logged => ({
  seq: (seq += 1),
  at_ms,
  by: null,
  event,
});

describe('reduce', () => {
  it('shares what did not change, so that screens redraw only what did', () => {
    const state = makeState({ queue: ['par_1'] });
    const next = reduce(state, log({ type: 'slide.shown', deck_id: 'dck_1', page: 3 }));
    expect(next.queue).toBe(state.queue);
    expect(next.slide).toEqual({ deck_id: 'dck_1', page: 3 });
  });

  it('takes an event about somebody it may not see', () => {
    const state = makeState();
    const next = reduceAll(state, [
      log({ type: 'participant.muted', participant_id: 'par_9', muted: true }),
      log({ type: 'ballot.cast', poll_id: 'pol_9', participant_id: 'par_9', choices: [1] }),
      log({ type: 'poll.closed', poll_id: 'pol_9', closed_at_ms: 5 }),
      log({ type: 'queue.moved', participant_id: 'par_9', position: 0 }),
      log({ type: 'chat.hidden', message_id: 'msg_9' }),
    ]);
    expect({ ...next, seq: 0 }).toEqual(state);
  });

  it('moves through a whole poll', () => {
    const asked = {
      poll_id: 'pol_1',
      question: 'Which?',
      kind: 'single' as const,
      options: ['a', 'b'],
      is_anonymous: false,
    };
    const state = reduceAll(makeState(), [
      log({ type: 'poll.created', ...asked, limit_s: 60 }),
      log({ type: 'poll.opened', ...asked, opened_at_ms: 1_000, closes_at_ms: 61_000 }),
      log({ type: 'ballot.cast', poll_id: 'pol_1', participant_id: 'par_1', choices: [1] }),
      log({ type: 'poll.closed', poll_id: 'pol_1', closed_at_ms: 9_000 }),
      log({ type: 'poll.released', poll_id: 'pol_1', counts: [0, 1], voters: 1 }),
    ]);
    expect(state.polls['pol_1']).toEqual({
      ...asked,
      limit_s: 60,
      status: 'closed',
      opened_at_ms: 1_000,
      closes_at_ms: 61_000,
      ballots: { par_1: [1] },
      counts: [0, 1],
      voters: 1,
      is_released: true,
    });
  });

  it('gives the floor from the queue and takes it back', () => {
    const state = makeState({ queue: ['par_1', 'par_2'] });
    const given = reduce(
      state,
      log({
        type: 'floor.given',
        participant_id: 'par_2',
        slot: 'floor-1',
        limit_s: 60,
        given_at_ms: 5,
      }),
    );
    expect(given.queue).toEqual(['par_1']);
    expect(given.floor.map((speech) => speech.participant_id)).toEqual(['par_2']);
    const taken = reduce(
      given,
      log({ type: 'floor.taken', participant_id: 'par_2', taken_at_ms: 9 }),
    );
    expect(taken.floor).toEqual([]);
  });
});

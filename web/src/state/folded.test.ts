import { describe, expect, it } from 'vitest';
import type { Logged } from '../api/types.gen';
import { makeState } from '../testing/fake-transport';
import { Folded } from './folded';
import { reduceAll } from './reduce';

const COUNT = 500;
const events: Logged[] = Array.from({ length: COUNT }, (_, index) => ({
  seq: index + 1,
  at_ms: 1_000 + index * 10,
  by: null,
  event:
    index % 2 === 0
      ? { type: 'slide.shown', deck_id: 'dck_1', page: index + 1 }
      : { type: 'chat.posted', message_id: `msg_${index}`, participant_id: 'par_1', text: 'x' },
}));
const initial = makeState();

describe('Folded', () => {
  it('equals the plain fold at every moment, whatever was looked at before', () => {
    const folded = new Folded(initial, events);
    // 7 has no common divisor with 500: every moment once, jumping both ways.
    for (let step = 0; step < COUNT; step += 1) {
      const count = (step * 7 + (step % 3) * 101) % (COUNT + 1);
      const wallMs = count === 0 ? 0 : 1_000 + (count - 1) * 10;
      expect(folded.at(wallMs)).toEqual(reduceAll(initial, events.slice(0, count)));
    }
  });

  it('gives the same object while nothing happens', () => {
    const folded = new Folded(initial, events);
    expect(folded.at(1_501)).toBe(folded.at(1_509));
    expect(folded.at(1_501)).not.toBe(folded.at(1_511));
  });

  it('takes events of one moment together', () => {
    const twins = events.slice(0, 3).map((each) => ({ ...each, at_ms: 5_000 }));
    const folded = new Folded(initial, twins);
    expect(folded.at(4_999)).toBe(initial);
    expect(folded.at(5_000).seq).toBe(3);
  });
});

import { describe, expect, it } from 'vitest';
import type { SeminarCard } from '../../api/types.gen';
import { arrange } from './shelves';

const NOON = new Date(2026, 10, 25, 12).getTime();
const HOUR = 3_600_000;

function card(seminar_id: string, fields: Partial<SeminarCard>): SeminarCard {
  return {
    seminar_id,
    title: seminar_id,
    starts_at_ms: NOON,
    duration_min: 60,
    time_zone: 'Asia/Almaty',
    trainer_name: '',
    status: 'planned',
    session: null,
    my_role: 'participant',
    may_edit: false,
    invited: 0,
    ...fields,
  };
}

const ids = (cards: SeminarCard[]) => cards.map((each) => each.seminar_id);

describe('the shelves of the home page', () => {
  it('puts what is on air first, whenever it was planned', () => {
    const shelves = arrange([card('a', { status: 'live', starts_at_ms: 0 })], NOON);
    expect(ids(shelves.now)).toEqual(['a']);
  });

  it('shows a green room to trainers only', () => {
    const green = { status: 'green_room' } as const;
    const shelves = arrange(
      [card('mine', { ...green, my_role: 'trainer' }), card('theirs', green)],
      NOON,
    );
    expect(ids(shelves.now)).toEqual(['mine']);
    expect(ids(shelves.week)).toEqual(['theirs']);
  });

  it('keeps a seminar that is late to start under today', () => {
    const shelves = arrange([card('late', { starts_at_ms: NOON - 3 * HOUR })], NOON);
    expect(ids(shelves.week)).toEqual(['late']);
  });

  it('sorts the week by time, what comes after it later, and the past newest first', () => {
    const shelves = arrange(
      [
        card('old', { status: 'ended', starts_at_ms: NOON - 400 * HOUR }),
        card('next-month', { starts_at_ms: NOON + 700 * HOUR }),
        card('tomorrow', { starts_at_ms: NOON + 24 * HOUR }),
        card('soon', { starts_at_ms: NOON + HOUR }),
        card('yesterday', { status: 'ended', starts_at_ms: NOON - 24 * HOUR }),
      ],
      NOON,
    );
    expect(ids(shelves.week)).toEqual(['soon', 'tomorrow']);
    expect(ids(shelves.later)).toEqual(['next-month']);
    expect(ids(shelves.past)).toEqual(['yesterday', 'old']);
  });
});

import { describe, expect, it } from 'vitest';
import type { HallLines, Lines, LineTrouble } from '../../api/types.gen';
import { makeState } from '../../testing/fake-transport';
import { isAlarming, listLineHalls } from './lines';
import { listTroubles } from './trouble';

function trouble(patch: Partial<LineTrouble> = {}): LineTrouble {
  return {
    participant_id: 'par_1',
    standing: 'bad',
    problem: 'no_media',
    way: 'webrtc',
    since_ms: 1_000,
    ...patch,
  };
}

function hall(patch: Partial<HallLines> = {}): HallLines {
  return {
    centre_id: 'ctr_1',
    following: 20,
    weak: 0,
    bad: 1,
    is_hall_line: false,
    people: [trouble()],
    ...patch,
  };
}

function lines(patch: Partial<Lines> = {}): Lines {
  return { following: 100, weak: 0, bad: 1, halls: [hall()], uplinks: [], ...patch };
}

const WORDS = {
  roster: { par_1: { name: 'Aigerim', post: 'akim', centre_id: 'ctr_1' } },
  centres: [{ centre_id: 'ctr_1', name: 'Shymkent', region: 'South' }],
  elsewhere: 'Elsewhere',
  unknownName: 'Somebody',
};

describe('listLineHalls', () => {
  it('names hall, person, problem and advice', () => {
    const [first] = listLineHalls({ lines: lines(), ...WORDS });
    expect(first).toMatchObject({ name: 'Shymkent', troubled: 1, following: 20, more: 0 });
    expect(first?.people[0]).toMatchObject({
      name: 'Aigerim',
      problem: 'lines-problem-no-media',
      advice: 'lines-advice-no-media',
      isBad: true,
    });
  });

  it('tells slides alone from nothing at all', () => {
    const told = lines({ halls: [hall({ people: [trouble({ way: 'slides' })] })] });
    const [first] = listLineHalls({ lines: told, ...WORDS });
    expect(first?.people[0]?.problem).toBe('lines-problem-slides');
  });

  it('counts those it can not name and has a name for no hall', () => {
    const told = lines({ halls: [hall({ centre_id: null, weak: 4, bad: 3 })] });
    const [first] = listLineHalls({ lines: told, ...WORDS });
    expect(first).toMatchObject({ key: '', name: 'Elsewhere', troubled: 7, more: 6 });
  });
});

describe('isAlarming', () => {
  it.each([
    ['a few', lines({ bad: 2 }), false],
    ['three of very many', lines({ bad: 3, following: 100 }), false],
    ['every tenth', lines({ bad: 10, following: 100 }), true],
    ['two of three', lines({ bad: 2, following: 3 }), false],
    ['a bad hall', lines({ halls: [hall({ is_hall_line: true })] }), true],
    ['a weak hall', lines({ halls: [hall({ is_hall_line: true, bad: 0, weak: 3 })] }), false],
  ])('%s', (_, told, expected) => {
    expect(isAlarming(told)).toBe(expected);
  });
});

describe('listTroubles', () => {
  const inputs = {
    session: makeState(),
    phase: 'online' as const,
    nowMs: 10_000,
    restartedAtMs: null,
    publish: 'fine' as const,
    myId: 'par_me',
  };

  it('has no word on lines that are not known or fine', () => {
    expect(listTroubles({ ...inputs, lines: null })).toEqual([]);
    expect(listTroubles({ ...inputs, lines: lines() })).toEqual([]);
  });

  it("tells the trainer's own line from a speaker's", () => {
    const uplinks = [
      trouble({ participant_id: 'par_me', problem: 'breaks' }),
      trouble({ participant_id: 'par_2', standing: 'weak', problem: 'stutters' }),
    ];
    const troubles = listTroubles({ ...inputs, lines: lines({ uplinks }) });
    expect(troubles.map(({ kind, tone }) => [kind, tone])).toEqual([
      ['uplink', 'bad'],
      ['speaker-line', 'warn'],
    ]);
    expect(troubles[1]?.participantId).toBe('par_2');
  });

  it('sums up many bad lines', () => {
    const told = lines({ bad: 30, weak: 4 });
    const [many] = listTroubles({ ...inputs, lines: told });
    expect(many).toMatchObject({ kind: 'lines', count: 34, following: 100 });
  });
});

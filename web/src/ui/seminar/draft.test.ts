import { describe, expect, it } from 'vitest';
import { emptyFields, fieldsOf, findProblems, serverProblems, toDraft } from './draft';
import type { Seminar, SeminarDraft } from '../../api/types.gen';

const DRAFT: SeminarDraft = {
  title: '67 functions of local government',
  summary: 'The local budget',
  starts_at_ms: Date.UTC(2026, 10, 25, 5),
  duration_min: 120,
  time_zone: 'Asia/Almaty',
  centre_ids: ['cen_aktau'],
  capacity: 300,
};

describe('the draft of a seminar', () => {
  it('comes back from the fields as it went in', () => {
    const fields = fieldsOf({ draft: DRAFT } as Seminar);
    expect(fields.time).toBe('10:00');
    expect(findProblems(fields)).toEqual({});
    expect(toDraft(fields)).toEqual(DRAFT);
  });

  it('names every problem at once', () => {
    const fields = { ...emptyFields(0), date: '', time: '', durationMin: '4.5' };
    expect(Object.keys(findProblems(fields)).sort()).toEqual(
      ['centreIds', 'date', 'durationMin', 'time', 'title'].sort(),
    );
  });

  it('is for everybody with an account when it is open', () => {
    const open = fieldsOf({ draft: { ...DRAFT, centre_ids: [] } } as unknown as Seminar);
    expect(open.isOpen).toBe(true);
    expect(findProblems(open)).toEqual({});
    expect(toDraft({ ...open, centreIds: ['cen_aktau'] }).centre_ids).toEqual([]);
  });

  it('asks for a centre unless it is open', () => {
    expect(findProblems({ ...emptyFields(0), title: 'x' })).toEqual({
      centreIds: 'centres-missing',
    });
    expect(findProblems({ ...emptyFields(0, false), title: 'x' })).toEqual({});
  });

  it('starts tomorrow', () => {
    const nowMs = Date.UTC(2026, 10, 25, 5, 20);
    const draft = toDraft({ ...emptyFields(nowMs), zone: 'UTC' });
    expect(draft.starts_at_ms).toBeGreaterThan(nowMs);
  });

  it("puts the server's complaints beside the fields", () => {
    const problems = serverProblems([{ field: 'starts_at_ms' }, { field: 'centre_ids.3' }]);
    expect(problems).toEqual({ date: 'refused', centreIds: 'refused' });
  });
});

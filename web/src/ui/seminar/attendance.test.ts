import { describe, expect, it } from 'vitest';
import type { AttendanceRow } from '../../api/types.gen';
import { sumByCentre } from './attendance';

function row(centre_id: string | null, status: AttendanceRow['status'], percent: number) {
  const rest = { name: '', post: '', present_ms: 0, intervals: [], votes: 0 };
  return { person_id: '', centre_id, status, percent, messages: 0, speeches: 0, ...rest };
}

const CENTRES = [
  { centre_id: 'cen_a', name: 'Aktau', region: 'Mangystau' },
  { centre_id: 'cen_b', name: 'Taraz', region: 'Jambyl' },
];

describe('attendance by centre', () => {
  it('counts who came and how long they stayed', () => {
    const rows = [
      row('cen_a', 'present', 100),
      row('cen_a', 'late', 50),
      row('cen_a', 'absent', 0),
    ];
    expect(sumByCentre(rows, CENTRES, 'none')).toEqual([
      { centreId: 'cen_a', name: 'Aktau', invited: 3, present: 2, percent: 75 },
    ]);
  });

  it('keeps the order of centres, then people without one', () => {
    const rows = [row(null, 'present', 80), row('cen_b', 'absent', 0), row('cen_a', 'present', 90)];
    expect(sumByCentre(rows, CENTRES, 'none').map((sum) => sum.name)).toEqual([
      'Aktau',
      'Taraz',
      'none',
    ]);
  });
});

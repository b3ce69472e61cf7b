// Figures of the attendance report, for the table and its sums by centre.
import type { AttendanceReport, AttendanceRow, Centre } from '../../api/types.gen';

export interface CentreSum {
  centreId: string;
  name: string;
  invited: number;
  present: number;
  /** Of those who came: mean share of the live time, 0 to 100. */
  percent: number;
}

/** One line a centre, in the order of `centres`; those without a centre come last. */
export function sumByCentre(
  rows: readonly AttendanceRow[],
  centres: readonly Centre[],
  noCentre: string,
): CentreSum[] {
  const groups = new Map<string, AttendanceRow[]>();
  for (const row of rows) {
    const key = row.centre_id ?? '';
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const order = [...centres.map((centre) => centre.centre_id), ''];
  const known = order.filter((id) => groups.has(id));
  const others = [...groups.keys()].filter((id) => !order.includes(id));
  return [...known, ...others].map((centreId) => {
    const name = centres.find((centre) => centre.centre_id === centreId)?.name ?? noCentre;
    return { centreId, name, ...sumOf(groups.get(centreId) ?? []) };
  });
}

function sumOf(rows: readonly AttendanceRow[]): Omit<CentreSum, 'centreId' | 'name'> {
  const came = rows.filter((row) => row.status !== 'absent');
  const total = came.reduce((sum, row) => sum + row.percent, 0);
  const percent = came.length === 0 ? 0 : Math.round(total / came.length);
  return { invited: rows.length, present: came.length, percent };
}

/** The three figures that matter. */
export function figuresOf(report: AttendanceReport): {
  present: number;
  invited: number;
  percent: number;
} {
  const { percent } = sumOf(report.rows);
  return { present: report.present, invited: report.invited, percent };
}

// What is typed in the editor, and the draft that is made of it.
import type { Seminar, SeminarDraft } from '../../api/types.gen';
import { deviceZone, fromFields, toFields } from './zones';

export interface DraftFields {
  title: string;
  summary: string;
  date: string;
  time: string;
  zone: string;
  durationMin: string;
  /** For everybody with an account; the chosen centres then count for nothing. */
  isOpen: boolean;
  centreIds: string[];
  capacity: number;
}

export type FieldName = 'title' | 'summary' | 'date' | 'time' | 'durationMin' | 'centreIds';
/** Code of a problem; its sentence is `edit-problem-<code>`. */
export type Problems = Partial<Record<FieldName, string>>;

const HOUR_MS = 3_600_000;

/** A new seminar: tomorrow, at a full hour. Where no centres exist it is open to all. */
export function emptyFields(nowMs: number, hasCentres = true): DraftFields {
  const zone = deviceZone();
  const tomorrowMs = Math.ceil(nowMs / HOUR_MS) * HOUR_MS + 24 * HOUR_MS;
  const { date } = toFields(tomorrowMs, zone);
  return {
    title: '',
    summary: '',
    date,
    time: '10:00',
    zone,
    durationMin: '90',
    isOpen: !hasCentres,
    centreIds: [],
    capacity: 1000,
  };
}

export function fieldsOf({ draft }: Seminar): DraftFields {
  return {
    title: draft.title,
    summary: draft.summary,
    ...toFields(draft.starts_at_ms, draft.time_zone),
    zone: draft.time_zone,
    durationMin: String(draft.duration_min),
    isOpen: draft.centre_ids.length === 0,
    centreIds: [...draft.centre_ids],
    capacity: draft.capacity,
  };
}

/** All that is wrong at once, by field. */
export function findProblems(fields: DraftFields): Problems {
  const problems: Problems = {};
  if (fields.title.trim() === '') problems.title = 'title-missing';
  else if (fields.title.trim().length > 200) problems.title = 'title-long';
  if (fields.summary.trim().length > 4000) problems.summary = 'summary-long';
  if (fromFields(fields.date, '00:00', 'UTC') === null) problems.date = 'date-missing';
  if (fromFields('2026-01-01', fields.time, 'UTC') === null) problems.time = 'time-missing';
  const minutes = Number(fields.durationMin);
  if (!Number.isInteger(minutes) || minutes < 5 || minutes > 1440) {
    problems.durationMin = 'duration-wrong';
  }
  if (!fields.isOpen && fields.centreIds.length === 0) problems.centreIds = 'centres-missing';
  return problems;
}

/** The draft to send; only for fields without problems. */
export function toDraft(fields: DraftFields): SeminarDraft {
  return {
    title: fields.title.trim(),
    summary: fields.summary.trim(),
    starts_at_ms: fromFields(fields.date, fields.time, fields.zone) ?? 0,
    duration_min: Number(fields.durationMin),
    time_zone: fields.zone,
    centre_ids: fields.isOpen ? [] : fields.centreIds,
    capacity: fields.capacity,
  };
}

const SERVER_FIELDS: Record<string, FieldName> = {
  title: 'title',
  summary: 'summary',
  starts_at_ms: 'date',
  duration_min: 'durationMin',
  centre_ids: 'centreIds',
};

/** The server's complaints beside the same fields; it knows rules that we do not. */
export function serverProblems(fields: readonly { field: string }[]): Problems {
  const named = fields.flatMap(({ field }) => {
    const name = SERVER_FIELDS[field.split('.')[0] ?? ''];
    return name ? [[name, 'refused'] as const] : [];
  });
  return Object.fromEntries(named);
}

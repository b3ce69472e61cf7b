// Wall clocks of the seminar's zone and of this device. Only the numbers of `Intl` are
// used; names come from the texts.

/** Offered in the editor, besides the device's own and the seminar's own zone. */
export const COMMON_ZONES = [
  'Asia/Almaty',
  'Asia/Tashkent',
  'Europe/Kyiv',
  'Europe/Belgrade',
  'Europe/Tirane',
  'UTC',
] as const;

/** Browsers still report some zones by the names they had before. */
const RENAMED: Record<string, string> = { 'Europe/Kiev': 'Europe/Kyiv', 'Etc/UTC': 'UTC' };

export function deviceZone(): string {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return RENAMED[zone] ?? zone;
}

/** Minutes that the zone is ahead of UTC at a moment; 0 for an unknown zone. */
export function offsetMin(zone: string, atMs: number): number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
  } catch {
    return 0;
  }
  const part = Object.fromEntries(
    format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0 } = part;
  const wallMs = Date.UTC(year, month - 1, day, hour, minute);
  // The wall clock is read in whole minutes.
  return Math.round((wallMs - Math.floor(atMs / 60_000) * 60_000) / 60_000);
}

/** Do the two clocks show different times at that moment? */
export function zonesDiffer(one: string, other: string, atMs: number): boolean {
  return offsetMin(one, atMs) !== offsetMin(other, atMs);
}

/** `UTC+5`, `UTC−3:30`. */
export function offsetName(zone: string, atMs: number): string {
  const offset = offsetMin(zone, atMs);
  const minutes = Math.abs(offset) % 60;
  const hours = Math.floor(Math.abs(offset) / 60);
  if (offset === 0) return 'UTC';
  const rest = minutes === 0 ? '' : `:${String(minutes).padStart(2, '0')}`;
  return `UTC${offset < 0 ? '−' : '+'}${hours}${rest}`;
}

/** Values for `<input type="date">` and `<input type="time">` in a zone. */
export function toFields(atMs: number, zone: string): { date: string; time: string } {
  const iso = new Date(atMs + offsetMin(zone, atMs) * 60_000).toISOString();
  return { date: iso.slice(0, 10), time: iso.slice(11, 16) };
}

/** The moment at which the zone's clock shows this; null when the fields are not full. */
export function fromFields(date: string, time: string, zone: string): number | null {
  const wallMs = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(wallMs)) return null;
  const guessMs = wallMs - offsetMin(zone, wallMs) * 60_000;
  // Around a change of the clocks the first guess may lie on the wrong side of it.
  return wallMs - offsetMin(zone, guessMs) * 60_000;
}

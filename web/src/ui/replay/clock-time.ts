/** Places in a recording as people write them: `12:40`, `1:05:00`. */
export function asClock(atMs: number): string {
  const seconds = Math.max(0, Math.floor(atMs / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** `?t=` of a link: seconds, or what `asClock` writes; null for anything else. */
export function parseClock(text: string | null): number | null {
  if (!text || !/^\d{1,6}(:\d{1,2}){0,2}$/.test(text)) return null;
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
}

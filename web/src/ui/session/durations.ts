/** Spans of time as people read them on a clock; never negative. */

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `00:42:10`: time since the start. */
export function asTimer(spanMs: number): string {
  const seconds = Math.max(0, Math.floor(spanMs / 1000));
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** `0:38`, or `1:05:00` above an hour: time left or spent. Rounds up, so that 0:00 is the end. */
export function asCountdown(spanMs: number): string {
  const seconds = Math.max(0, Math.ceil(spanMs / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds % 60)}`;
  return `${minutes}:${two(seconds % 60)}`;
}

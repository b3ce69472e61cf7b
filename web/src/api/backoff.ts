/** Waits before each try, in ms, before spreading (DESIGN.md 5: 1, 2, 4, 5 s +-50 %). */
const STEPS_MS = [1_000, 2_000, 4_000, 5_000] as const;
const FIRST_MS = 1_000;
const SPREAD = 0.5;

/**
 * How long to wait before reconnect number `attempt` (0 is the first).
 *
 * The first is spread over a whole second, so that a hall that lost its server does not
 * come back as one wave. It never gives up: a seminar goes on for hours.
 */
export function reconnectDelayMs(attempt: number, random: () => number): number {
  if (attempt <= 0) return random() * FIRST_MS;
  const step = STEPS_MS[Math.min(attempt, STEPS_MS.length) - 1] ?? FIRST_MS;
  return step * (1 - SPREAD + random() * 2 * SPREAD);
}

/** Time as the long-lived parts see it, so that tests can own it. */
export interface Timers {
  /** Unix ms of this device; may jump. */
  now(): number;
  /** Ms that only grow. */
  monotonic(): number;
  /** Call once after `ms`; the answer cancels. */
  after(ms: number, run: () => void): () => void;
  /** 0 up to 1. */
  random(): number;
}

export const realTimers: Timers = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, run) => {
    const id = setTimeout(run, ms);
    return () => clearTimeout(id);
  },
  random: () => Math.random(),
};

import type { Timers } from './timers';

/** Samples kept; the one with the shortest way there and back is believed. */
const SAMPLES = 8;

interface Sample {
  offsetMs: number;
  roundTripMs: number;
}

/**
 * The server's wall clock on this device. Measured against the monotonic clock, so that
 * somebody setting the device's time does not move poll timers.
 */
export class ServerClock {
  readonly #timers: Timers;
  #samples: Sample[] = [];

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** `sentAt` and `receivedAt` are monotonic ms around a question for the time. */
  observe(serverTimeMs: number, sentAt: number, receivedAt: number): void {
    const roundTripMs = Math.max(0, receivedAt - sentAt);
    const offsetMs = serverTimeMs + roundTripMs / 2 - receivedAt;
    this.#samples = [...this.#samples, { offsetMs, roundTripMs }].slice(-SAMPLES);
  }

  /** A time the server told unasked: better than none, until an answer comes. */
  hint(serverTimeMs: number): void {
    const offsetMs = serverTimeMs - this.#timers.monotonic();
    this.#samples.push({ offsetMs, roundTripMs: Number.POSITIVE_INFINITY });
  }

  /** Forget: a device that slept may have stopped its monotonic clock. */
  reset(): void {
    this.#samples = [];
  }

  /** Unix ms on the server; this device's own time until it was asked once. */
  now(): number {
    const best = this.#samples.reduce<Sample | null>(
      (least, each) => (least && least.roundTripMs <= each.roundTripMs ? least : each),
      null,
    );
    return best ? this.#timers.monotonic() + best.offsetMs : this.#timers.now();
  }
}

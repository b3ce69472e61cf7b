import type { Timers } from '../api/timers';

interface Due {
  atMs: number;
  run: () => void;
}

/** Time that moves when the test says so. */
export class FakeTimers implements Timers {
  /** What `random` answers; 0.5 is the middle. */
  dice = 0.5;
  #nowMs = 0;
  #due: Due[] = [];
  readonly #startMs = Date.UTC(2026, 10, 21, 9, 0);

  readonly now = () => this.#startMs + this.#nowMs;
  readonly monotonic = () => this.#nowMs;
  readonly random = () => this.dice;

  readonly after = (ms: number, run: () => void) => {
    const due = { atMs: this.#nowMs + ms, run };
    this.#due.push(due);
    return () => {
      this.#due = this.#due.filter((each) => each !== due);
    };
  };

  get pending(): number {
    return this.#due.length;
  }

  /** Move time on, running what falls due, and let promises settle. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (;;) {
      const next = this.#due.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      this.#due = this.#due.filter((each) => each !== next);
      this.#nowMs = next.atMs;
      next.run();
      await settle();
    }
    this.#nowMs = endMs;
  }
}

/** Let everything that only waits for promises happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

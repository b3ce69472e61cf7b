import type { Timers } from '../api/timers';
import type { LineRequest } from '../api/types.gen';

/** So long it must be so before it is told: a change of speaker costs a moment. */
const LASTS_MS = 3_000;

/** Tells the server how this page follows, when that changes and lasts. */
export class LineTeller {
  readonly #timers: Timers;
  readonly #tell: (line: LineRequest) => void;
  #told: string | null = null;
  #waiting: string | null = null;
  #cancelTimer: () => void = () => undefined;

  constructor(timers: Timers, tell: (line: LineRequest) => void) {
    this.#timers = timers;
    this.#tell = tell;
  }

  /** What is so now; null while nobody is to be told, who then knows nothing any more. */
  set(line: LineRequest | null): void {
    const now = line && JSON.stringify(line);
    if (now !== null && now === this.#waiting) return;
    this.#cancelTimer();
    this.#waiting = null;
    if (line === null) this.#told = null;
    if (line === null || now === this.#told) return;
    this.#waiting = now;
    this.#cancelTimer = this.#timers.after(LASTS_MS, () => {
      this.#waiting = null;
      this.#told = now;
      this.#tell(line);
    });
  }
}

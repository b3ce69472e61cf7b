import type { Logged, State } from '../api/types.gen';
import { reduce } from './reduce';

/** Events between two kept states: at most this many are folded for one seek. */
const STEP = 64;

/**
 * A log that can be looked at from any moment. States share what did not change between
 * them, so that a checkpoint each 64 events costs little memory.
 */
export class Folded {
  readonly #events: readonly Logged[];
  /** `#checkpoints[i]` is the state before event `i * STEP`. */
  readonly #checkpoints: State[];
  #last: { count: number; state: State };

  /** `events` in order of `seq`, so `at_ms` never decreases. */
  constructor(initial: State, events: readonly Logged[]) {
    this.#events = events;
    this.#checkpoints = [initial];
    this.#last = { count: 0, state: initial };
  }

  /** The state after all events up to and at `wallMs`. The same moment, the same object. */
  at(wallMs: number): State {
    const count = this.#countUntil(wallMs);
    if (count !== this.#last.count) this.#last = { count, state: this.#after(count) };
    return this.#last.state;
  }

  #countUntil(wallMs: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle]?.at_ms ?? Infinity) <= wallMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #after(count: number): State {
    const { count: from, state } = this.#nearest(count);
    let folded = state;
    for (let index = from; index < count; index += 1) {
      const logged = this.#events[index];
      if (logged) folded = reduce(folded, logged);
      if ((index + 1) % STEP === 0) this.#checkpoints[(index + 1) / STEP] ??= folded;
    }
    return folded;
  }

  #nearest(count: number): { count: number; state: State } {
    const index = Math.min(Math.floor(count / STEP), this.#checkpoints.length - 1);
    const checkpoint = { count: index * STEP, state: this.#checkpoints[index] };
    const isLastNearer = this.#last.count <= count && this.#last.count >= checkpoint.count;
    if (isLastNearer || !checkpoint.state) return this.#last;
    return { count: checkpoint.count, state: checkpoint.state };
  }
}

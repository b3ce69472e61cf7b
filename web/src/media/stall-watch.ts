/** How often the count of bytes is to be looked at. */
export const STALL_LOOK_MS = 200;
/** Shorter pauses are usual: a burst of losses, a mobile network's change of cell. */
const LEAST_PATIENCE_MS = 400;
/** The server says something each second at the least. */
const MOST_PATIENCE_MS = 1_500;
/** Longer than any usual pause by more than a look. */
const MARGIN_MS = 250;
/** What is usual is not known sooner. */
const SETTLE_MS = 2_000;
/** A pause that ended by itself is remembered this long, and up to twice that. */
const MEMORY_MS = 15_000;

interface PairRow {
  type: string;
  bytesReceived?: number;
}

/** Bytes received by all paths of a connection, out of `getStats`; no checks of ICE. */
export function bytesOf(rows: Iterable<{ type: string }>): number {
  let bytes = 0;
  for (const row of rows) {
    if (row.type === 'candidate-pair') bytes += (row as PairRow).bytesReceived ?? 0;
  }
  return bytes;
}

/**
 * Tells, once each time, that a line has fallen silent for longer than is usual for it:
 * another address, or a cut. Browsers by themselves notice after 2.5 to 5 s.
 *
 * Usual is the longest pause that ended within the last half minute, so that a line which
 * comes and goes raises one alarm and not one each time.
 */
export class StallWatch {
  #bytes = 0;
  #firstMs: number | null = null;
  #heardMs = 0;
  #isTold = false;
  #isRestarted = false;
  #longestMs = 0;
  #longestBeforeMs = 0;
  #memorySinceMs = 0;

  look(bytes: number, nowMs: number): boolean {
    const before = this.#bytes;
    this.#bytes = bytes;
    if (bytes !== before) {
      // Less than before: the restart has begun to count anew.
      if (bytes > before && !this.#isRestarted) this.#note(nowMs);
      this.#heardMs = nowMs;
      this.#isTold = this.#isRestarted = false;
      return false;
    }
    if (this.#firstMs === null || this.#isTold) return false;
    this.#isTold = nowMs - this.#heardMs >= this.#patienceMs(nowMs - this.#firstMs);
    return this.#isTold;
  }

  /** ICE was restarted: the pause that lasts is not one that ends by itself. */
  restarted(): void {
    this.#isRestarted = this.#isTold;
  }

  #patienceMs(knownForMs: number): number {
    if (knownForMs < SETTLE_MS) return MOST_PATIENCE_MS;
    const usualMs = Math.max(this.#longestMs, this.#longestBeforeMs) + MARGIN_MS;
    return Math.min(MOST_PATIENCE_MS, Math.max(LEAST_PATIENCE_MS, usualMs));
  }

  #note(nowMs: number): void {
    if (this.#firstMs === null) this.#firstMs = this.#heardMs = this.#memorySinceMs = nowMs;
    if (nowMs - this.#memorySinceMs >= MEMORY_MS) {
      this.#longestBeforeMs = this.#longestMs;
      this.#longestMs = 0;
      this.#memorySinceMs = nowMs;
    }
    this.#longestMs = Math.max(this.#longestMs, nowMs - this.#heardMs);
  }
}

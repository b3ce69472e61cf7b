interface PairRow {
  type: string;
  bytesReceived?: number;
}

/**
 * Tells, once each time, that a line has fallen silent. While the server is reached it
 * sends something each second (sender reports, if nothing else), so that a second without
 * a byte means another address or a cut: browsers notice after 5 s and more.
 */
export class StallWatch {
  #bytes = 0;
  #flows = false;

  /** Look at `getStats` each second; checks of ICE are not counted there. */
  look(rows: Iterable<{ type: string }>): boolean {
    let bytes = 0;
    for (const row of rows) {
      if (row.type === 'candidate-pair') bytes += (row as PairRow).bytesReceived ?? 0;
    }
    const flowed = this.#flows;
    // Less than before: an ICE restart has begun to count anew.
    this.#flows = bytes !== this.#bytes;
    this.#bytes = bytes;
    return flowed && !this.#flows;
  }
}

/** A slot in which somebody's picture should be seen. */
export interface DuePicture {
  slot: string;
  participantId: string;
}

const keyOf = ({ slot, participantId }: DuePicture) => `${slot} ${participantId}`;

/** How long, ms, pictures that are due have been missing. */
export interface Missing {
  /** Since any picture moved. */
  allMs: number;
  /** The picture that waits longest for its very first frame. */
  firstMs: number;
}

/** Looks at the slots each second and tells how long what is due has not been seen. */
export class PictureWatch {
  #stillSinceMs: number | null = null;
  /** When each picture became due; null once it was seen. */
  #dueSinceMs = new Map<string, number | null>();

  /** The connection is new: everything is waited for anew. */
  reset(): void {
    this.#stillSinceMs = null;
    this.#dueSinceMs = new Map();
  }

  look(due: readonly DuePicture[], moving: ReadonlySet<string>, nowMs: number): Missing {
    const before = this.#dueSinceMs;
    this.#dueSinceMs = new Map(
      due.map((each) => {
        const since = before.get(keyOf(each));
        const isSeen = since === null || moving.has(each.slot);
        return [keyOf(each), isSeen ? null : (since ?? nowMs)];
      }),
    );
    if (moving.size > 0 || due.length === 0) this.#stillSinceMs = null;
    else this.#stillSinceMs ??= nowMs;
    const waits = [...this.#dueSinceMs.values()].map((since) => nowMs - (since ?? nowMs));
    return { allMs: nowMs - (this.#stillSinceMs ?? nowMs), firstMs: Math.max(0, ...waits) };
  }
}

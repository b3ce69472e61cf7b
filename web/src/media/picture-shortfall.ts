/**
 * Less picture than was asked for, because the line carries no more: `smaller`, or
 * `paused` for sound alone. The server decides it and says nothing; what comes tells.
 */
export type Shortfall = 'smaller' | 'paused';

/** A picture that is due and wished for. */
export interface WishedPicture {
  slot: string;
  participantId: string;
  isMoving: boolean;
  /** Px; 0 before the first frame. */
  height: number;
  /** Px; null is the best there is. */
  wished: number | null;
}

export interface ShortfallLook {
  pictures: readonly WishedPicture[];
  hasSound: boolean;
  /** Whether the line was judged weak in this second. */
  isWeak: boolean;
}

/** A switch of layers or speakers waits for a keyframe for 2 s at most. */
const STILL_MS = 4_000;
const SMALL_MS = 5_000;
/** How long before a picture shrank or stopped the line must have been weak. */
const WEAK_BEFORE_MS = 15_000;
/** A step down is to half the height; less is a camera that is not as tall as usual. */
const STEP = 1.5;

/**
 * Looks each second. A picture that lacks something on a line that was never weak is the
 * speaker's affair and not told; once told, it stands until the picture is whole again,
 * because a line that is asked for less looks well.
 */
export class PictureShortfall {
  #state: Shortfall | null = null;
  #weakAtMs = -Infinity;
  #wasWeak = false;
  #heardAtMs = -Infinity;
  /** By picture: the tallest it was; since when it stands still, or is too small. */
  #best = new Map<string, number>();
  #stillSinceMs = new Map<string, number>();
  #smallSinceMs = new Map<string, number>();

  /** The connection is new. */
  reset(): void {
    this.#state = null;
    this.#stillSinceMs.clear();
    this.#smallSinceMs.clear();
  }

  look({ pictures, hasSound, isWeak }: ShortfallLook, nowMs: number): Shortfall | null {
    // One bad second is any change of speakers.
    if (isWeak && this.#wasWeak) this.#weakAtMs = nowMs;
    this.#wasWeak = isWeak;
    if (hasSound) this.#heardAtMs = nowMs;
    const still = note(this.#stillSinceMs, pictures, (each) => !each.isMoving, nowMs);
    const small = note(this.#smallSinceMs, pictures, (each) => this.#isSmall(each), nowMs);
    this.#state = this.#judge(pictures.length, still, small, nowMs);
    return this.#state;
  }

  #judge(due: number, still: number[], small: number[], nowMs: number): Shortfall | null {
    const isStill = still.filter((sinceMs) => this.#counts(sinceMs, STILL_MS, nowMs)).length;
    const isSmall = small.some((sinceMs) => this.#counts(sinceMs, SMALL_MS, nowMs));
    const hears = nowMs - this.#heardAtMs < STILL_MS;
    if (due > 0 && isStill === due) return hears ? 'paused' : null;
    return isStill > 0 || isSmall ? 'smaller' : null;
  }

  /** Long enough, and after the line was weak; or still so since it was told. */
  #counts(sinceMs: number, spanMs: number, nowMs: number): boolean {
    const isLong = nowMs - sinceMs >= spanMs;
    return isLong && (this.#state !== null || this.#weakAtMs >= sinceMs - WEAK_BEFORE_MS);
  }

  #isSmall(picture: WishedPicture): boolean {
    if (picture.height === 0) return false;
    const key = keyOf(picture);
    const best = Math.max(picture.height, this.#best.get(key) ?? 0);
    this.#best.set(key, best);
    const wished = picture.wished ?? best;
    return picture.isMoving && picture.height * STEP < Math.min(wished, best);
  }
}

const keyOf = ({ slot, participantId }: WishedPicture) => `${slot} ${participantId}`;

/** Note since when each picture is so, forget the others; the times of those that are. */
function note(
  since: Map<string, number>,
  pictures: readonly WishedPicture[],
  isSo: (picture: WishedPicture) => boolean,
  nowMs: number,
): number[] {
  const now = new Map(
    pictures
      .filter(isSo)
      .map((each): [string, number] => [keyOf(each), since.get(keyOf(each)) ?? nowMs]),
  );
  since.clear();
  for (const [key, sinceMs] of now) since.set(key, sinceMs);
  return [...now.values()];
}

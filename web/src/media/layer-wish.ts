import type { Timers } from '../api/timers';

/** Slot to the height in px that is of use of its picture; 0 for none of it. */
export type Heights = Readonly<Record<string, number>>;

/** What is asked for: heights of usual layers, so that small changes of a window cost nothing. */
const STEPS_PX = [180, 360, 720, 1080, 2160];
const LARGEST_PX = 2160;
/** A picture this much smaller than its place is still as good as sharp. */
const STRETCH = 1.25;
/** Smaller than this, a picture is only kept ready, not looked at. */
const LEAST_PX = 16;
/** A window that is being pulled changes its size with every frame. */
const CALM_MS = 1_000;
/** Looking elsewhere for a moment must not cost a keyframe. */
const HIDDEN_MS = 10_000;
const RETRY_MS = 5_000;
const MOST_RETRIES = 3;

/** The step for a picture shown `px` device pixels high. */
export function stepFor(px: number): number {
  if (px < LEAST_PX) return 0;
  return STEPS_PX.find((step) => step * STRETCH >= px) ?? LARGEST_PX;
}

export interface LayerWishOptions {
  timers: Timers;
  /** Tell the server; rejects when it did not hear. */
  send: (heights: Heights) => Promise<void>;
}

/**
 * Knows how large each picture is shown and tells the server, so that nothing is sent
 * that nobody sees: on each connection, and when it has changed.
 */
export class LayerWish {
  readonly #options: LayerWishOptions;
  /** By slot, the places it is shown in. A slot stays known when its last place goes. */
  readonly #places = new Map<string, Map<object, number>>();
  readonly #known = new Map<string, number>();
  #cap: (slot: string) => number = () => Infinity;
  #isHidden = false;
  /** Slots of the connection; none while there is none. */
  #slots: readonly string[] = [];
  #connection = 0;
  #told: Heights = {};
  #isTelling = false;
  #failures = 0;
  #cancelTell: () => void = () => undefined;
  #cancelHide: () => void = () => undefined;

  constructor(options: LayerWishOptions) {
    this.#options = options;
  }

  /** `place` (an element) shows the slot `px` device pixels high now. */
  show(slot: string, place: object, px: number): void {
    const places = this.#places.get(slot) ?? new Map<object, number>();
    this.#places.set(slot, places.set(place, px));
    this.#changed();
  }

  /** The place is gone. An empty slot keeps its wish for whoever comes next. */
  leave(slot: string, place: object): void {
    const places = this.#places.get(slot);
    places?.delete(place);
    if (places?.size) this.#changed();
  }

  /** The most that this person's choice lets a slot have, px; Infinity is no limit. */
  setCap(cap: (slot: string) => number): void {
    this.#cap = cap;
    this.#changed();
  }

  /** The page can not be seen, or can again. */
  setHidden(isHidden: boolean): void {
    this.#cancelHide();
    if (isHidden) {
      this.#cancelHide = this.#options.timers.after(HIDDEN_MS, () => this.#hide(true));
    } else this.#hide(false);
  }

  /** A new connection: the server knows nothing of it yet. */
  connected(slots: readonly string[]): void {
    this.disconnected();
    this.#slots = slots;
    this.#changed();
  }

  disconnected(): void {
    this.#cancelTell();
    this.#connection += 1;
    this.#slots = [];
    this.#told = {};
    this.#failures = 0;
  }

  /** Px that are of use of the slot now; null when nothing is known, so the best. */
  heightOf(slot: string): number | null {
    const cap = this.#isHidden ? 0 : this.#cap(slot);
    if (cap === 0) return 0;
    const shown = this.#shown(slot);
    if (shown === null) return cap === Infinity ? null : cap;
    return Math.min(cap, shown);
  }

  #shown(slot: string): number | null {
    const places = this.#places.get(slot);
    if (places?.size) this.#known.set(slot, stepFor(Math.max(...places.values())));
    return this.#known.get(slot) ?? null;
  }

  #hide(isHidden: boolean): void {
    if (this.#isHidden === isHidden) return;
    this.#isHidden = isHidden;
    this.#changed();
  }

  /** What the server has not been told yet. */
  #news(): Record<string, number> {
    const news: Record<string, number> = {};
    for (const slot of this.#slots) {
      const told = this.#told[slot];
      const height = this.heightOf(slot) ?? (told === undefined ? undefined : LARGEST_PX);
      if (height !== undefined && height !== told) news[slot] = height;
    }
    return news;
  }

  #changed(): void {
    this.#cancelTell();
    const news = this.#news();
    if (Object.keys(news).length === 0) return;
    // A picture that is missed comes at once; so does the first word on a connection.
    const isUrgent = Object.entries(news).some(
      ([slot, height]) => this.#told[slot] === undefined || (height > 0 && !this.#told[slot]),
    );
    this.#tellIn(isUrgent ? 0 : CALM_MS);
  }

  #tellIn(ms: number): void {
    this.#cancelTell = this.#options.timers.after(ms, () => void this.#tell());
  }

  async #tell(): Promise<void> {
    const connection = this.#connection;
    const news = this.#news();
    if (this.#isTelling || Object.keys(news).length === 0) return;
    this.#isTelling = true;
    let isHeard = true;
    try {
      await this.#options.send(news);
    } catch {
      isHeard = false;
    }
    this.#isTelling = false;
    // Told one after the other, so that an older wish never comes after a newer.
    if (connection !== this.#connection) return this.#changed();
    if (isHeard) {
      this.#told = { ...this.#told, ...news };
      this.#failures = 0;
      this.#changed();
    } else if (++this.#failures <= MOST_RETRIES) this.#tellIn(RETRY_MS);
  }
}

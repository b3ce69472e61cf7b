import type { Timers } from '../api/timers';
import type { Quality } from './quality';

/** Ways to follow a seminar, best first. */
export type Rung = 'webrtc' | 'hls' | 'audio' | 'slides';

/**
 * Why this rung: `start` nothing was tried yet; `blocked` direct media never came
 * through; `lost` it came and stopped; `no_codec` this browser can't decode it;
 * `chosen` the person wants it so.
 */
export type RungReason = 'start' | 'blocked' | 'lost' | 'no_codec' | 'chosen';

export interface LadderState {
  rung: Rung;
  /** Whether something is seen or heard on this rung by now. */
  isUp: boolean;
  reason: RungReason;
}

/**
 * How long each rung may take before the next one is tried. The first two together keep
 * the promise of 10 s: HLS shows its first frame 1 to 2 s after the switch, 4 s on a
 * busy machine.
 */
const PATIENCE_MS: Record<Exclude<Rung, 'slides'>, number> = {
  webrtc: 5_000,
  hls: 10_000,
  audio: 8_000,
};
/** From the lowest rung HLS is tried anew; WebRTC is tried all the time. */
const CLIMB_MS = 30_000;

const NEXT: Record<Exclude<Rung, 'slides'>, Rung> = {
  webrtc: 'hls',
  hls: 'audio',
  audio: 'slides',
};

export interface LadderOptions {
  timers: Timers;
  /** Whether this browser plays our HLS at all. */
  canPlayHls: boolean;
  onChange: (state: LadderState) => void;
}

/**
 * Chooses the way without the person's help. What each rung does is not known here:
 * the owner starts what `state.rung` names and reports `up` and `down`.
 */
export class Ladder {
  readonly #options: LadderOptions;
  #state: LadderState = { rung: 'webrtc', isUp: false, reason: 'start' };
  #quality: Quality = 'auto';
  #wasUp = false;
  #isOpen = false;
  #cancelTimer: () => void = () => undefined;

  constructor(options: LadderOptions) {
    this.#options = options;
  }

  get state(): LadderState {
    return this.#state;
  }

  open(quality: Quality): void {
    this.#isOpen = true;
    this.#quality = quality;
    if (quality === 'slides') this.#enter('slides', 'chosen');
    else if (quality === 'audio') this.#enter('webrtc', 'chosen');
    else this.#enter('webrtc', 'start');
  }

  /** Another choice that the present way serves as it is: nothing starts anew. */
  adopt(quality: Quality): void {
    this.#quality = quality;
  }

  close(): void {
    this.#isOpen = false;
    this.#cancelTimer();
  }

  /** Something is seen or heard by this way. A better one than the present takes over. */
  up(way: Rung): void {
    if (!this.#isOpen) return;
    if (way === 'webrtc') this.#wasUp = true;
    const { rung, isUp, reason } = this.#state;
    const isBetter = way === 'webrtc' && rung !== 'webrtc' && reason !== 'no_codec';
    if (isBetter && this.#quality !== 'slides') this.#enter('webrtc', this.#homeReason());
    if (this.#state.rung !== way || (isUp && rung === way)) return;
    this.#cancelTimer();
    const settled = way === 'webrtc' ? this.#homeReason() : this.#state.reason;
    this.#set({ rung: way, isUp: true, reason: settled });
  }

  /** What was seen or heard by this way has stopped; it may come back by itself. */
  down(way: Rung): void {
    if (!this.#isOpen || this.#state.rung !== way || !this.#state.isUp) return;
    this.#set({ ...this.#state, isUp: false });
    this.#expect();
  }

  /** This way can't work here at all: go on at once. */
  fail(way: Rung, reason: 'blocked' | 'no_codec'): void {
    if (this.#isOpen && this.#state.rung === way) this.#descend(reason);
  }

  #homeReason(): RungReason {
    return this.#quality === 'auto' ? 'start' : 'chosen';
  }

  #enter(rung: Rung, reason: RungReason): void {
    this.#cancelTimer();
    this.#set({ rung, isUp: rung === 'slides', reason });
    this.#expect();
  }

  #expect(): void {
    this.#cancelTimer();
    const { timers } = this.#options;
    const { rung } = this.#state;
    if (rung !== 'slides') {
      this.#cancelTimer = timers.after(PATIENCE_MS[rung], () => {
        this.#descend(this.#wasUp ? 'lost' : 'blocked');
      });
    } else if (this.#quality !== 'slides') {
      this.#cancelTimer = timers.after(CLIMB_MS, () => {
        this.#enter(this.#below('webrtc'), this.#state.reason);
      });
    }
  }

  #descend(reason: 'blocked' | 'lost' | 'no_codec'): void {
    const { rung } = this.#state;
    if (rung === 'slides') return;
    const known = this.#state.reason === 'no_codec' ? 'no_codec' : reason;
    this.#enter(this.#below(rung), known);
  }

  /** The next rung down that this browser and this person's choice allow. */
  #below(rung: Rung): Rung {
    if (rung === 'slides' || !this.#options.canPlayHls) return 'slides';
    const next = NEXT[rung];
    return next === 'hls' && this.#quality === 'audio' ? 'audio' : next;
  }

  #set(state: LadderState): void {
    this.#state = state;
    this.#options.onChange(state);
  }
}

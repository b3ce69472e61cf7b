/** Watches one room's line over time: whether it was up before, how long it has been bad. */
import { untrack } from 'svelte';
import type { RoomMedia } from '../../media/room-media.svelte';
import type { Room } from '../../state/room.svelte';
import { lineNotice, lineOf, type Line, type LineInputs, type LineNotice } from './line';

/** Bad for this long before the person is bothered with it. */
const LONG_MS = 8_000;
/** A change of speaker costs a moment; that is no weak line. */
const MOMENT_MS = 3_000;

export class LineWatch {
  readonly #room: Room;
  readonly #media: RoomMedia;
  #wasUp = $state(false);
  #badSinceMs = $state<number | null>(null);
  #weakSinceMs = $state<number | null>(null);

  /** Make it while a component is being set up: it follows the room by effects. */
  constructor(room: Room, media: RoomMedia) {
    this.#room = room;
    this.#media = media;
    $effect(() => {
      if (media.reception.isUp && media.reception.rung === 'webrtc') this.#wasUp = true;
    });
    $effect(() => {
      const isWeak = lineOf(this.#inputs()) === 'weak';
      const isBad = isWeak && media.reception.line === 'bad';
      const nowMs = untrack(() => room.nowMs);
      this.#weakSinceMs = isWeak ? (untrack(() => this.#weakSinceMs) ?? nowMs) : null;
      this.#badSinceMs = isBad ? (untrack(() => this.#badSinceMs) ?? nowMs) : null;
    });
  }

  get line(): Line {
    const line = lineOf(this.#inputs());
    if (this.#media.reception.shortfall !== null) return line;
    return line === 'weak' && !this.#isOlder(this.#weakSinceMs, MOMENT_MS) ? 'good' : line;
  }

  get notice(): LineNotice | null {
    return lineNotice(this.#inputs(), this.#isOlder(this.#badSinceMs, LONG_MS));
  }

  /** For the sentences: whole seconds, at least one. */
  get delayS(): number {
    return Math.max(1, Math.round(this.#media.reception.delayMs / 1000) || 3);
  }

  #isOlder(sinceMs: number | null, spanMs: number): boolean {
    return sinceMs !== null && this.#room.nowMs - sinceMs > spanMs;
  }

  #inputs(): LineInputs {
    const { rung, isUp, reason, line, hasNoCodec, shortfall } = this.#media.reception;
    return {
      phase: this.#room.phase,
      rung,
      isUp,
      reason,
      quality: line,
      hasSources: (this.#room.state?.sources.length ?? 0) > 0,
      hasNoCodec,
      isInterrupted: this.#wasUp,
      shortfall,
      keptBack: this.#room.keptBack,
    };
  }
}

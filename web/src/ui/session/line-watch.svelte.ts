/** Watches one room's line over time: whether it was up before, how long it has been bad. */
import type { RoomMedia } from '../../media/room-media.svelte';
import type { Room } from '../../state/room.svelte';
import { lineNotice, lineOf, type Line, type LineInputs, type LineNotice } from './line';

/** Bad for this long before the person is bothered with it. */
const LONG_MS = 8_000;

export class LineWatch {
  readonly #room: Room;
  readonly #media: RoomMedia;
  #wasUp = $state(false);
  #badSinceMs = $state<number | null>(null);

  /** Make it while a component is being set up: it follows the room by effects. */
  constructor(room: Room, media: RoomMedia) {
    this.#room = room;
    this.#media = media;
    $effect(() => {
      if (media.reception.isUp && media.reception.rung === 'webrtc') this.#wasUp = true;
    });
    $effect(() => {
      const isBad = this.line === 'weak' && media.reception.line === 'bad';
      this.#badSinceMs = isBad ? (this.#badSinceMs ?? room.nowMs) : null;
    });
  }

  get line(): Line {
    return lineOf(this.#inputs());
  }

  get notice(): LineNotice | null {
    const since = this.#badSinceMs;
    return lineNotice(this.#inputs(), since !== null && this.#room.nowMs - since > LONG_MS);
  }

  /** For the sentences: whole seconds, at least one. */
  get delayS(): number {
    return Math.max(1, Math.round(this.#media.reception.delayMs / 1000) || 3);
  }

  #inputs(): LineInputs {
    const { rung, isUp, reason, line, hasNoCodec } = this.#media.reception;
    return {
      phase: this.#room.phase,
      rung,
      isUp,
      reason,
      quality: line,
      hasSources: (this.#room.state?.sources.length ?? 0) > 0,
      hasNoCodec,
      isInterrupted: this.#wasUp,
    };
  }
}

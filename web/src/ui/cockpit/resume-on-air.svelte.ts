/** Puts a trainer back on air after a reload, and tells how their own sending goes. */
import type { RoomMedia } from '../../media/room-media.svelte';
import type { Room } from '../../state/room.svelte';

const KEY = 'hallcast.on-air';

export class ResumeOnAir {
  readonly #media: RoomMedia;
  #wasUp = $state(false);

  /** Make it while a component is being set up: it follows the room by effects. */
  constructor(room: Room, media: RoomMedia) {
    this.#media = media;
    const own = `${room.state?.session_id ?? ''}/${room.participantId}`;
    const wasOnAir = sessionStorage.getItem(KEY) === own;
    if (wasOnAir && !media.camera.isOn) void media.publishCamera();
    $effect(() => {
      if (media.camera.state === 'up') {
        this.#wasUp = true;
        sessionStorage.setItem(KEY, own);
      } else if (!media.camera.isOn) {
        this.#wasUp = false;
      }
    });
  }

  get publish(): 'off' | 'fine' | 'lost' | 'failed' {
    const { state } = this.#media.camera;
    if (state === 'idle') return 'off';
    if (state === 'refused') return 'failed';
    if (state === 'up') return 'fine';
    return this.#wasUp ? 'lost' : 'fine';
  }
}

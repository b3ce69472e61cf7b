import { untrack } from 'svelte';
import { realTimers, type Timers } from '../api/timers';
import { mayPublish, sourceOf } from '../state/selectors';
import { browserShelf } from '../state/shelf';
import type { Room } from '../state/room.svelte';
import { CameraCapture } from './capture.svelte';
import type { DeviceError } from './devices';
import { deviceError, hintScreen, openScreen, stopStream } from './devices';
import { LineTeller } from './line-teller';
import type { DuePicture } from './picture-watch';
import { Publication } from './publication.svelte';
import { QUALITIES, type Quality } from './quality';
import { Reception } from './reception.svelte';
import { relays } from './relays';

/**
 * Picture and sound of one room, both ways. Opens and closes what the session's state
 * asks for: receiving while there is something to receive, publishing while allowed.
 */
export class RoomMedia {
  readonly room: Room;
  readonly reception: Reception;
  readonly capture = new CameraCapture();
  readonly camera: Publication;
  readonly screen: Publication;
  screenStream = $state.raw<MediaStream | null>(null);
  /** The screen shows a film: smooth before sharp. */
  isClip = $state(false);
  screenProblem = $state.raw<DeviceError | null>(null);

  #closeAll: () => void = () => undefined;
  #wasAllowed = false;
  readonly #lineTeller: LineTeller;

  constructor(room: Room, timers: Timers) {
    this.room = room;
    this.#lineTeller = new LineTeller(timers, (line) => room.tellLine(line));
    this.camera = new Publication(room.seminarId, 'camera', timers);
    this.screen = new Publication(room.seminarId, 'screen', timers);
    this.reception = new Reception(
      room.seminarId,
      () => room.state?.session_id ?? '',
      () => this.#duePictures(),
      timers,
    );
  }

  get quality(): Quality {
    return this.reception.quality;
  }

  get isSoundOn(): boolean {
    return this.reception.sound.isOn;
  }

  get volume(): number {
    return this.reception.sound.volume;
  }

  /** Show "Join with sound": nothing is heard until the person presses it. */
  get shouldAskForSound(): boolean {
    return !this.isSoundOn || this.reception.needsGesture;
  }

  open(): void {
    void relays.prepare();
    // After a click in this page (a link, a button) browsers allow sound at once.
    if (navigator.userActivation?.hasBeenActive) this.joinWithSound();
    const stopListening = this.room.onEvent((event) => {
      if (event.type === 'media.restarted') this.#restart();
    });
    const stopMoving = this.room.onMediaMoved(() => this.reception.restart());
    const stopEffects = $effect.root(() => {
      $effect(() => this.#followSession());
      $effect(() => this.#followRights());
      $effect(() => this.#followPlayer());
      $effect(() => this.#followCapture());
      $effect(() => this.#followAir());
      $effect(() => this.#followLine());
    });
    const leave = () => this.close();
    addEventListener('pagehide', leave);
    const turned = () => this.reception.setHidden(document.hidden);
    document.addEventListener('visibilitychange', turned);
    turned();
    this.#closeAll = () => {
      stopListening();
      stopMoving();
      stopEffects();
      removeEventListener('pagehide', leave);
      document.removeEventListener('visibilitychange', turned);
    };
  }

  close(): void {
    this.#closeAll();
    this.#closeAll = () => undefined;
    this.#lineTeller.set(null);
    this.reception.close();
    this.reception.sound.close();
    this.stopCamera();
    this.stopScreen();
    this.capture.close();
  }

  /** Call from a click. */
  joinWithSound(): void {
    this.reception.setSound(true);
  }

  setSound(isOn: boolean): void {
    this.reception.setSound(isOn);
  }

  /** 0 to 1. */
  setVolume(volume: number): void {
    this.reception.setSound(volume > 0, volume);
  }

  setQuality(quality: Quality): void {
    browserShelf.set('quality', quality);
    this.reception.setQuality(quality);
  }

  /** Go on air with the camera and microphone, asking for them when needed. */
  async publishCamera(): Promise<void> {
    if (!this.capture.stream) await this.capture.open();
    if (this.capture.stream) this.camera.publish(this.capture.stream);
  }

  /** Off air; the preview goes on until `capture.close`. */
  stopCamera(): void {
    this.camera.close();
  }

  /** Ask for a screen and show it to everyone; see `screenProblem`. */
  async shareScreen(): Promise<void> {
    this.screenProblem = null;
    try {
      const stream = await openScreen();
      this.stopScreen();
      this.screenStream = stream;
      // The browser's own "stop sharing" ends the track.
      stream.getVideoTracks()[0]?.addEventListener('ended', () => this.stopScreen());
      this.screen.publish(stream);
    } catch (thrown) {
      this.screenProblem = deviceError(thrown);
    }
  }

  /** The screen that is shared shows a film from now on, or no longer. */
  setClip(isClip: boolean): void {
    this.isClip = isClip;
    const kind = isClip ? 'clip' : 'screen';
    this.screen.setKind(kind);
    if (this.screenStream) void hintScreen(this.screenStream, kind);
  }

  stopScreen(): void {
    this.screen.close();
    stopStream(this.screenStream);
    this.screenStream = null;
    this.setClip(false);
  }

  #followSession(): void {
    const { state, isTrainer, phase } = this.room;
    const isIn = phase === 'online' || phase === 'reconnecting';
    const isOn = state?.status === 'live' || (state?.status === 'green_room' && isTrainer);
    untrack(() => {
      if (isIn && isOn) this.reception.open(storedQuality());
      else this.reception.close();
    });
  }

  /** The floor was taken, or the session is over: the server ends it, so do we. */
  #followRights(): void {
    const { state, participantId, isTrainer } = this.room;
    const isAllowed = state !== null && mayPublish(state, participantId, isTrainer);
    const wasAllowed = this.#wasAllowed;
    this.#wasAllowed = isAllowed;
    if (!wasAllowed || isAllowed) return;
    untrack(() => {
      this.stopCamera();
      this.stopScreen();
      // The light of the camera must go out with the speech.
      this.capture.close();
    });
  }

  #followPlayer(): void {
    const status = this.reception.programme?.status;
    if (status) untrack(() => this.reception.hlsChanged(status));
  }

  /** Another camera was chosen while on air. */
  #followCapture(): void {
    const { stream } = this.capture;
    untrack(() => {
      const { state } = this.camera;
      const isOnAir = state === 'up' || state === 'connecting' || state === 'waiting';
      if (stream && isOnAir) this.camera.publish(stream);
    });
  }

  #followAir(): void {
    const isTalking = this.camera.isOn;
    untrack(() => this.reception.setTalking(isTalking));
  }

  /** The trainer sees who follows badly, and by which way. */
  #followLine(): void {
    const { rung, isUp, reason, line } = this.reception;
    const isOn = this.room.phase === 'online' && this.room.state?.status === 'live';
    this.#lineTeller.set(isOn ? { rung, is_up: isUp, reason, quality: line } : null);
  }

  #restart(): void {
    this.reception.restart();
    this.camera.restart();
    this.screen.restart();
  }

  #duePictures(): DuePicture[] {
    const { state, slots } = this.room;
    if (!state || !slots) return [];
    return Object.entries(slots.video).flatMap(([slot, participantId]) => {
      const kind = slot === 'screen' ? 'screen' : 'camera';
      const source = participantId === null ? null : sourceOf(state, participantId, kind);
      return participantId !== null && source?.has_video ? [{ slot, participantId }] : [];
    });
  }
}

function storedQuality(): Quality {
  const stored = browserShelf.get('quality');
  return QUALITIES.find((quality) => quality === stored) ?? 'auto';
}

/** Picture and sound of a room; call `open` when shown and `close` when left. */
export function createRoomMedia(room: Room): RoomMedia {
  return new RoomMedia(room, realTimers);
}

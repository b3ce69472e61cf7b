import { hlsUrl } from '../api/endpoints';
import type { ApiError } from '../api/errors';
import type { Timers } from '../api/timers';
import { canPlayHls, canReceiveH264 } from './codecs';
import { HlsPlayer, prepareHls } from './hls-player.svelte';
import type { KeeperState } from './keeper';
import { Ladder, type Rung, type RungReason } from './ladder';
import type { LineQuality } from './line-quality';
import type { Quality } from './quality';
import { type Profile, Receiver, VIDEO_SLOTS } from './receiver';
import { SoundOut } from './sound-out.svelte';

const PROFILES: Record<Exclude<Quality, 'slides'>, Profile> = {
  auto: 'seminar',
  low: 'programme',
  audio: 'audio',
};
/** A picture that is due and stays away this long after connecting will not come. */
const PICTURE_MS = 7_000;

/** Direct media is there within a second; later than this, HLS may well be needed. */
const PREPARE_MS = 3_000;

/** What is expected to be seen: slots that have a source with a picture. */
export type DueSlots = () => readonly string[];

/** The receiving half of a room: which way it comes, and what there is to show. */
export class Reception {
  rung = $state<Rung>('webrtc');
  isUp = $state(false);
  reason = $state<RungReason>('start');
  /** Of the direct connection; null while nothing flows. */
  line = $state<LineQuality | null>(null);
  linkState = $state<KeeperState>('idle');
  error = $state.raw<ApiError | null>(null);
  /** Slot to picture, by WebRTC. In quality `low` only `programme`. */
  streams = $state.raw<Record<string, MediaStream>>({});
  /** Slots whose picture moved within the last second. */
  moving = $state.raw<ReadonlySet<string>>(new Set());
  /** Players of the rungs `hls` (both) and `audio` (`programme` only, sound without picture). */
  programme = $state.raw<HlsPlayer | null>(null);
  screen = $state.raw<HlsPlayer | null>(null);
  /** This browser decodes the trainer's picture by no way. */
  hasNoCodec = $state(false);
  quality = $state<Quality>('auto');
  readonly sound = new SoundOut();

  readonly #receiver: Receiver;
  readonly #ladder: Ladder;
  readonly #timers: Timers;
  readonly #dueSlots: DueSlots;
  readonly #sessionId: () => string;
  #isOpen = false;
  #dueSinceMs: number | null = null;
  #audio: readonly MediaStream[] = [];
  #cancelPrepare: () => void = () => undefined;

  constructor(seminarId: string, sessionId: () => string, dueSlots: DueSlots, timers: Timers) {
    this.#timers = timers;
    this.#dueSlots = dueSlots;
    this.#sessionId = sessionId;
    this.#receiver = new Receiver(seminarId, timers, {
      onState: (state, error) => this.#linkChanged(state, error),
      onStreams: ({ video, audio }) => {
        this.streams = video;
        this.#audio = audio;
        this.#letHear();
      },
      onLook: (look) => {
        this.moving = look.moving;
        // While nobody is on air nothing flows, and the line is not to blame.
        if (look.hasPackets || this.#dueSlots().length === 0) this.line = look.quality;
        else this.line = 'bad';
        this.#checkPicture(look.moving, look.hasPackets);
      },
    });
    this.#ladder = new Ladder({
      timers,
      canPlayHls: canPlayHls(),
      onChange: ({ rung, isUp, reason }) => this.#rungChanged(rung, isUp, reason),
    });
  }

  /** How late the audience sees it, ms; 0 by WebRTC. */
  get delayMs(): number {
    return this.programme?.latencyMs ?? 0;
  }

  /** The person must click once before anything is heard. */
  get needsGesture(): boolean {
    return this.sound.needsGesture || (this.programme?.needsGesture ?? false);
  }

  open(quality: Quality): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.quality = quality;
    this.#receive();
    this.#ladder.open(quality);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#cancelPrepare();
    this.#ladder.close();
    this.#receiver.close();
    this.#stopPlayers();
    this.#audio = [];
    this.sound.setStreams([]);
    this.streams = {};
    this.moving = new Set();
    this.line = null;
    this.isUp = false;
  }

  setQuality(quality: Quality): void {
    if (this.quality === quality) return;
    this.quality = quality;
    if (!this.#isOpen) return;
    this.#receive();
    this.#ladder.open(quality);
  }

  /** The media worker is new. */
  restart(): void {
    if (this.#isOpen && this.quality !== 'slides') this.#receiver.restart();
  }

  /** Try the best way again now, because the person asks for it. */
  retry(): void {
    if (!this.#isOpen) return;
    this.restart();
    this.#ladder.open(this.quality);
  }

  setSound(isOn: boolean, volume = this.sound.volume): void {
    this.sound.set(isOn, volume);
    this.programme?.setSound(isOn, volume);
  }

  #receive(): void {
    this.#cancelPrepare();
    this.#cancelPrepare = this.#timers.after(PREPARE_MS, () => {
      if (!this.isUp && canPlayHls()) prepareHls();
    });
    this.#dueSinceMs = null;
    this.hasNoCodec = false;
    if (this.quality === 'slides') this.#receiver.close();
    else this.#receiver.open(PROFILES[this.quality]);
  }

  #linkChanged(state: KeeperState, error: ApiError | null): void {
    this.linkState = state;
    this.error = error;
    this.#dueSinceMs = null;
    if (state === 'up') this.#ladder.up('webrtc');
    else if (state === 'waiting' || state === 'refused') {
      this.line = null;
      this.#ladder.down('webrtc');
    }
    if (error?.code === 'webrtc_unsupported') this.#ladder.fail('webrtc', 'blocked');
    if (error?.code === 'no_common_codec') this.#noCodec();
  }

  #rungChanged(rung: Rung, isUp: boolean, reason: RungReason): void {
    const isOther = rung !== this.rung;
    this.rung = rung;
    this.isUp = isUp;
    this.reason = reason;
    this.#receiver.setPatient(rung !== 'webrtc');
    if (isOther) this.#showRung(rung);
  }

  #showRung(rung: Rung): void {
    this.#stopPlayers();
    this.#letHear();
    if (rung === 'hls') this.#playHls();
    if (rung === 'audio') this.#playAudio();
  }

  #playHls(): void {
    const url = (rendition: 'programme' | 'screen') => hlsUrl(this.#sessionId(), rendition);
    const programme = new HlsPlayer({ url: url('programme'), isLive: true });
    programme.setSound(this.sound.isOn, this.sound.volume);
    const screen = new HlsPlayer({ url: url('screen'), isLive: true, leader: programme });
    screen.setSound(false);
    this.programme = programme;
    this.screen = screen;
  }

  #playAudio(): void {
    const player = new HlsPlayer({ url: hlsUrl(this.#sessionId(), 'audio'), isLive: true });
    player.setSound(this.sound.isOn, this.sound.volume);
    this.programme = player;
    player.attach(new Audio());
  }

  #stopPlayers(): void {
    this.programme?.detach();
    this.screen?.detach();
    this.programme = null;
    this.screen = null;
  }

  /** Call when the status of the HLS player changed: the ladder stands on it. */
  hlsChanged(status: HlsPlayer['status']): void {
    const way = this.rung === 'audio' ? 'audio' : 'hls';
    if (status === 'playing') this.#ladder.up(way);
    if (status === 'stalled') this.#ladder.down(way);
    if (status === 'failed') this.#ladder.fail(way, 'blocked');
  }

  /** Never two ways at once: on the other rungs the player is heard. */
  #letHear(): void {
    this.sound.setStreams(this.rung === 'webrtc' ? this.#audio : []);
  }

  /** Connected, and a picture is due, but none moves: tell why, or take another way. */
  #checkPicture(moving: ReadonlySet<string>, hasPackets: boolean): void {
    if (moving.size > 0) {
      this.#dueSinceMs = null;
      this.hasNoCodec = false;
      this.#ladder.up('webrtc');
      return;
    }
    const own = VIDEO_SLOTS[this.quality === 'slides' ? 'audio' : PROFILES[this.quality]];
    if (!this.#dueSlots().some((slot) => own.includes(slot))) {
      this.#dueSinceMs = null;
      return;
    }
    const now = this.#timers.monotonic();
    this.#dueSinceMs ??= now;
    if (now - this.#dueSinceMs < PICTURE_MS || this.rung !== 'webrtc') return;
    if (!canReceiveH264()) this.#noCodec();
    // Sound that flows tells that it is the speaker's picture that stands still.
    else if (!hasPackets) this.#ladder.fail('webrtc', 'blocked');
  }

  /** HLS is decoded by other parts of the browser, which often can. */
  #noCodec(): void {
    if (!canPlayHls()) {
      this.hasNoCodec = true;
      return;
    }
    this.#ladder.fail('webrtc', 'no_codec');
    this.#receiver.close();
  }
}

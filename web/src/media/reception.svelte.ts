import { hlsUrl } from '../api/endpoints';
import type { ApiError } from '../api/errors';
import type { Timers } from '../api/timers';
import { canPlayHls, canReceiveH264 } from './codecs';
import { HlsPlayer, prepareHls } from './hls-player.svelte';
import type { KeeperState } from './keeper';
import { Ladder, type Rung, type RungReason } from './ladder';
import type { LineQuality } from './line-quality';
import { type DuePicture, PictureWatch } from './picture-watch';
import { PictureShortfall, type Shortfall } from './picture-shortfall';
import { capOf, type Quality } from './quality';
import { type Look, type Profile, Receiver } from './receiver';
import { SoundOut } from './sound-out.svelte';
import { type HeightWatcher, watchHeight } from './watch-height';
import type { Way } from './way';

/** Who only listens is offered no pictures by a new connection, and refuses them by one. */
const profileOf = (quality: Quality): Profile => (quality === 'audio' ? 'audio' : 'seminar');
/** A picture that is due and stays away this long after connecting will not come. */
const PICTURE_MS = 7_000;
/**
 * The same for a browser that decodes VP8 only: sooner, because no line is to blame, and
 * HLS needs its time within the 10 s until something is seen.
 */
const PICTURE_WITHOUT_H264_MS = 3_000;

/** Direct media is there within a second; later than this, HLS may well be needed. */
const PREPARE_MS = 3_000;

/** What is expected to be seen: slots that have a source with a picture. */
export type DuePictures = () => readonly DuePicture[];

/** The receiving half of a room: which way it comes, and what there is to show. */
export class Reception {
  rung = $state<Rung>('webrtc');
  isUp = $state(false);
  reason = $state<RungReason>('start');
  /** Of the direct connection; null while nothing flows. */
  line = $state<LineQuality | null>(null);
  /** How the direct connection's packets come; null while it is not up. */
  way = $state<Way | null>(null);
  linkState = $state<KeeperState>('idle');
  error = $state.raw<ApiError | null>(null);
  /** Why there is less picture than wished. */
  shortfall = $state<Shortfall | null>(null);
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
  readonly #duePictures: DuePictures;
  readonly #watch = new PictureWatch();
  readonly #shortfall = new PictureShortfall();
  readonly #heightWatchers = new Map<string, HeightWatcher>();
  readonly #sessionId: () => string;
  #isOpen = false;
  #isTalking = false;
  #audio: readonly MediaStream[] = [];
  #video = $state.raw<Record<string, MediaStream>>({});
  #cancelPrepare: () => void = () => undefined;

  constructor(seminarId: string, sessionId: () => string, due: DuePictures, timers: Timers) {
    this.#timers = timers;
    this.#duePictures = due;
    this.#sessionId = sessionId;
    this.#receiver = new Receiver(seminarId, timers, {
      onState: (state, error) => this.#linkChanged(state, error),
      onStreams: ({ video, audio }) => {
        this.#video = video;
        this.#audio = audio;
        this.#letHear();
      },
      onLook: (look) => this.#look(look),
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

  /** Slot to picture, by WebRTC. */
  get streams(): Record<string, MediaStream> {
    return this.quality === 'audio' ? {} : this.#video;
  }

  /** Attach to each element that shows the slot: the server sends no more than fits. */
  shows(slot: string): HeightWatcher {
    const { wish } = this.#receiver;
    const watcher =
      this.#heightWatchers.get(slot) ??
      watchHeight({
        show: (place, px) => wish.show(slot, place, px),
        leave: (place) => wish.leave(slot, place),
      });
    this.#heightWatchers.set(slot, watcher);
    return watcher;
  }

  /** Whether the page itself is out of sight. */
  setHidden(isHidden: boolean): void {
    this.#receiver.wish.setHidden(isHidden);
  }

  /** The person must click once before anything is heard. */
  get needsGesture(): boolean {
    return this.sound.needsGesture || (this.programme?.needsGesture ?? false);
  }

  open(quality: Quality): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#choose(quality);
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
    this.#video = {};
    this.shortfall = null;
    this.moving = new Set();
    this.line = null;
    this.isUp = false;
  }

  setQuality(quality: Quality): void {
    if (this.quality === quality) return;
    const isServed = this.#serves(quality);
    this.#choose(quality);
    if (!this.#isOpen) return;
    if (isServed) {
      this.#receiver.setNext(profileOf(quality));
      this.#ladder.adopt(quality);
    } else {
      this.#receive();
      this.#ladder.open(quality);
    }
  }

  #choose(quality: Quality): void {
    this.quality = quality;
    this.#receiver.wish.setCap((slot) => capOf(quality, slot));
  }

  /** Whether what there is does for another choice: then nothing is connected anew. */
  #serves(quality: Quality): boolean {
    const isDirect = this.rung === 'webrtc' && this.isUp && this.#receiver.slots.length > 0;
    const isPlayer = this.rung === 'hls' && this.quality !== 'audio' && quality !== 'audio';
    return quality !== 'slides' && this.quality !== 'slides' && (isDirect || isPlayer);
  }

  /** The media worker is new. */
  restart(): void {
    if (this.#isOpen && this.quality !== 'slides') this.#receiver.restart();
  }

  /** Try the best way again now, because the person asks for it. */
  retry(): void {
    if (!this.#isOpen) return;
    this.#receive();
    this.restart();
    this.#ladder.open(this.quality);
  }

  setSound(isOn: boolean, volume = this.sound.volume): void {
    this.sound.set(isOn, volume);
    this.#letHear();
  }

  /**
   * On air or not. Who sees the picture by HLS for want of a decoder would hear questions
   * late and their own voice among them: while they talk, the sound comes directly.
   */
  setTalking(isTalking: boolean): void {
    if (this.#isTalking === isTalking) return;
    this.#isTalking = isTalking;
    if (this.#isOpen && this.reason === 'no_codec') this.#followTalk();
  }

  #receive(): void {
    this.#cancelPrepare();
    this.#cancelPrepare = this.#timers.after(PREPARE_MS, () => {
      if (!this.isUp && canPlayHls()) prepareHls();
    });
    this.#watch.reset();
    this.hasNoCodec = false;
    if (this.quality === 'slides') this.#receiver.close();
    else this.#receiver.open(profileOf(this.quality));
  }

  #linkChanged(state: KeeperState, error: ApiError | null): void {
    this.linkState = state;
    if (state !== 'up') this.way = null;
    this.error = error;
    this.#watch.reset();
    this.#shortfall.reset();
    this.shortfall = null;
    if (state === 'up') this.#ladder.up('webrtc');
    else if (state !== 'idle') {
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
    const screen = new HlsPlayer({ url: url('screen'), isLive: true, leader: programme });
    screen.setSound(false);
    this.programme = programme;
    this.screen = screen;
    this.#letHear();
  }

  #playAudio(): void {
    const player = new HlsPlayer({ url: hlsUrl(this.#sessionId(), 'audio'), isLive: true });
    this.programme = player;
    this.#letHear();
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

  /** Never two ways at once. */
  #letHear(): void {
    const isDirect = this.rung === 'webrtc' || (this.#isTalking && this.reason === 'no_codec');
    this.sound.setStreams(isDirect ? this.#audio : []);
    this.programme?.setSound(this.sound.isOn && !isDirect, this.sound.volume);
  }

  #look(look: Look): void {
    const due = this.#wishedPictures();
    this.moving = look.moving;
    this.way = look.way;
    // While nobody is on air nothing flows, and the line is not to blame.
    this.line = look.isAlive || due.length === 0 ? look.quality : 'bad';
    this.#checkPicture(due, look);
    this.#tellShortfall(due, look);
  }

  /** What should be seen of this connection: due, and not refused by our own wish. */
  #wishedPictures(): DuePicture[] {
    const { slots, wish } = this.#receiver;
    return this.#duePictures().filter(
      ({ slot }) => slots.includes(slot) && wish.heightOf(slot) !== 0,
    );
  }

  /** Connected, and a picture is due, but none moves: tell why, or take another way. */
  #checkPicture(due: readonly DuePicture[], { moving, isAlive }: Look): void {
    const missing = this.#watch.look(due, moving, this.#timers.monotonic());
    if (moving.size > 0) this.#ladder.up('webrtc');
    if (this.rung !== 'webrtc') return;
    if (!canReceiveH264()) {
      if (missing.firstMs >= PICTURE_WITHOUT_H264_MS) this.#noCodec();
      else if (missing.firstMs === 0) this.hasNoCodec = false;
    } else if (missing.allMs >= PICTURE_MS && !isAlive) {
      // A connection that lives tells that the speaker's picture stands still, or that
      // the server keeps it back from a line too weak for it: HLS would ask for more.
      this.#ladder.fail('webrtc', 'blocked');
    }
  }

  #tellShortfall(due: readonly DuePicture[], look: Look): void {
    const pictures = due.map((each) => ({
      ...each,
      isMoving: look.moving.has(each.slot),
      height: look.heights.get(each.slot) ?? 0,
      wished: this.#receiver.wish.heightOf(each.slot),
    }));
    const isWeak = this.line === 'fair' || this.line === 'bad';
    const seen = { pictures, hasSound: look.hasSound, isWeak };
    const shortfall = this.#shortfall.look(seen, this.#timers.monotonic());
    this.shortfall = this.rung === 'webrtc' ? shortfall : null;
  }

  /** HLS is decoded by other parts of the browser, which often can. */
  #noCodec(): void {
    if (!canPlayHls()) {
      this.hasNoCodec = true;
      return;
    }
    this.#ladder.fail('webrtc', 'no_codec');
    this.#followTalk();
  }

  #followTalk(): void {
    if (this.#isTalking) this.#receiver.open('audio');
    else this.#receiver.close();
    this.#letHear();
  }
}

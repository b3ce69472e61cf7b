import { hlsUrl, type Rendition } from '../../api/endpoints';
import { HlsPlayer } from '../../media/hls-player.svelte';
import type { Replay } from '../../state/replay.svelte';

/** Slides follow the picture this often; a quarter of what one notices. */
const TICK_MS = 60;
/** A jump has arrived when the picture stands this near to its aim. */
const SEEK_SLACK_S = 2;
/** The player may be too young to jump, or start elsewhere by itself: ask again. */
const SEEK_AGAIN_MS = 700;
const SEEK_PATIENCE_MS = 8_000;
/** Longest time the clock runs on by itself. */
const MOST_BETWEEN_MS = 400;
/** Nearer to the end than this is the end. */
const END_MS = 1_500;
/** Behind the newest moment by less than this still is "live". */
const LIVE_MS = 20_000;

/** A jump under way. */
interface Seek {
  wallMs: number;
  sinceMs: number;
  askedMs: number;
  /** What was on screen before. */
  fromWallMs: number | null;
}

/**
 * Plays a recording, also one that is still being written. Its clock is the picture's
 * (EXT-X-PROGRAM-DATE-TIME); without a picture the timeline can still be moved by hand.
 */
export class ReplayPlayer {
  /** Session time on screen, ms. */
  timeMs = $state(0);
  wantsPlay = $state(false);
  rate = $state(1);
  isMuted = $state(false);
  isAudioOnly = $state(false);
  isLive = $state(false);
  hasStarted = $state(false);
  replay = $state.raw<Replay>() as Replay;
  main = $state.raw<HlsPlayer>() as HlsPlayer;
  screen = $state.raw<HlsPlayer | null>(null);

  readonly #sessionId: string;
  #seek: Seek | null = null;
  /** It played to the end and stopped by itself: who goes back from there wants to watch on. */
  #hasEnded = false;
  #soughtMs = -Infinity;
  #seen = { wallMs: 0, atMs: 0 };
  #timer = 0;

  constructor(sessionId: string, replay: Replay, isLive: boolean) {
    this.#sessionId = sessionId;
    this.replay = replay;
    this.isLive = isLive;
    this.main = this.#open('programme');
  }

  get isPlaying(): boolean {
    return this.wantsPlay;
  }

  get isWaiting(): boolean {
    return this.wantsPlay && (this.main.status === 'stalled' || this.main.status === 'loading');
  }

  get endMs(): number {
    const { wallMs, latencyMs } = this.main;
    if (!this.isLive || wallMs === null) return this.replay.durationMs;
    const newestMs = wallMs + latencyMs - this.replay.wallMs(0);
    return Math.max(newestMs, this.replay.durationMs);
  }

  get isAtLive(): boolean {
    return this.isLive && this.endMs - this.timeMs < LIVE_MS;
  }

  /** Follow the picture until `close`. */
  open(): () => void {
    this.#timer = window.setInterval(() => this.#tick(), TICK_MS);
    return () => clearInterval(this.#timer);
  }

  /** The log has grown, or the session has ended. */
  update(replay: Replay, isLive: boolean): void {
    replay.seek(this.timeMs);
    this.replay = replay;
    this.isLive = isLive;
  }

  toggle(): void {
    if (this.wantsPlay) this.pause();
    else this.play();
  }

  play(): void {
    this.#hasEnded = false;
    if (!this.isLive && this.endMs - this.timeMs < END_MS) this.seek(0);
    this.hasStarted = true;
    this.wantsPlay = true;
    this.main.play();
  }

  pause(): void {
    this.#hasEnded = false;
    this.wantsPlay = false;
    this.main.pause();
  }

  seek(timeMs: number): void {
    const toMs = Math.min(this.endMs, Math.max(0, timeMs));
    const [wallMs, nowMs] = [this.replay.wallMs(toMs), performance.now()];
    this.#soughtMs = nowMs;
    this.#seek = { wallMs, sinceMs: nowMs, askedMs: nowMs, fromWallMs: this.main.wallMs };
    this.#show(toMs);
    this.main.seekWall(wallMs);
    if (this.#hasEnded && this.endMs - toMs >= END_MS) this.play();
  }

  goLive(): void {
    this.setRate(1);
    this.hasStarted = true;
    this.wantsPlay = true;
    this.#seek = null;
    this.main.toLive();
  }

  setRate(rate: number): void {
    this.rate = rate;
    this.main.setRate(rate);
  }

  setMuted(isMuted: boolean): void {
    this.isMuted = isMuted;
    this.main.setSound(!isMuted);
  }

  /** Sound without picture costs a tenth of the data. */
  setAudioOnly(isAudioOnly: boolean): void {
    if (isAudioOnly === this.isAudioOnly) return;
    this.isAudioOnly = isAudioOnly;
    this.screen = null;
    this.main = this.#open(isAudioOnly ? 'audio' : 'programme');
    this.main.setSound(!this.isMuted);
    this.main.setRate(this.rate);
    this.seek(this.timeMs);
    if (this.wantsPlay) this.main.play();
    else this.main.pause();
  }

  /** Fetch the shared screen only while there is one. */
  needScreen(isNeeded: boolean): void {
    if (!isNeeded || this.isAudioOnly) this.screen = null;
    else this.screen ??= this.#open('screen', this.main);
  }

  #open(rendition: Rendition, leader?: HlsPlayer): HlsPlayer {
    const url = hlsUrl(this.#sessionId, rendition);
    const options = { url, isLive: this.isLive, fromStart: true, lowLatency: false };
    const player = new HlsPlayer(leader ? { ...options, leader } : options);
    // A live one would begin by itself; here the person says when.
    player.pause();
    return player;
  }

  #show(timeMs: number): void {
    this.timeMs = timeMs;
    this.replay.seek(timeMs);
  }

  /** The browser stops at the end; also at one that was left again before it noticed. */
  #stopped(leftMs: number, nowMs: number): void {
    if (leftMs < END_MS) {
      this.pause();
      this.#hasEnded = true;
    } else if (nowMs - this.#soughtMs < SEEK_PATIENCE_MS) this.main.play();
  }

  /** `timeupdate` comes four times a second; in between the clock runs on. */
  #tick(): void {
    const { wallMs, status } = this.main;
    const nowMs = performance.now();
    if (this.#isJumping(nowMs) || wallMs === null || !this.hasStarted) return;
    if (wallMs !== this.#seen.wallMs) this.#seen = { wallMs, atMs: nowMs };
    const isMoving = status === 'playing' && this.wantsPlay;
    const sinceMs = isMoving ? Math.min(MOST_BETWEEN_MS, nowMs - this.#seen.atMs) * this.rate : 0;
    const timeMs = wallMs + sinceMs - this.replay.wallMs(0);
    this.#show(Math.max(0, timeMs));
    const leftMs = this.endMs - timeMs;
    if (status === 'paused' && this.wantsPlay) this.#stopped(leftMs, nowMs);
    // Whoever caught up goes on at the pace of what happens.
    if (this.rate > 1 && this.isLive && leftMs < LIVE_MS / 2) this.setRate(1);
  }

  #isJumping(nowMs: number): boolean {
    const seek = this.#seek;
    if (!seek) return false;
    const isThere = this.main.isAt(seek.wallMs, SEEK_SLACK_S);
    // The position changes at once, the moment told by the player only with the picture.
    const isShown = this.main.wallMs !== seek.fromWallMs || nowMs - seek.askedMs > SEEK_AGAIN_MS;
    const isLost = nowMs - seek.sinceMs > SEEK_PATIENCE_MS;
    if ((isThere && isShown) || isLost) this.#seek = null;
    else if (!isThere && nowMs - seek.askedMs > SEEK_AGAIN_MS) {
      seek.askedMs = nowMs;
      this.main.seekWall(seek.wallMs);
    }
    return this.#seek !== null;
  }
}

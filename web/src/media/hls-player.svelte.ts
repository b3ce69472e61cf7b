import type Hls from 'hls.js';
import { type DatedFragment, positionAt, wallAt } from './hls-clock';

/**
 * loading -> playing <-> stalled; paused by the person; `failed` for good only when the
 * browser can't play it, else the player keeps asking while it is attached.
 */
export type HlsStatus = 'idle' | 'loading' | 'playing' | 'stalled' | 'paused' | 'failed';

export interface HlsOptions {
  url: string;
  /** The session goes on: the playlist grows. */
  isLive: boolean;
  /** Begin at the beginning, also while live (DVR); else at the live edge. */
  fromStart?: boolean;
  /** Keep to the edge by speed; off where the person chooses the speed (DVR). */
  lowLatency?: boolean;
  /** Session of the player that leads, for a picture that must keep up with it. */
  leader?: HlsPlayer;
}

const RETRY_MS = 2_000;
const FOLLOW_MS = 500;
/** Two pictures nearer than this look like one moment; farther, the follower jumps. */
const SYNC_MS = 120;
const JUMP_MS = 1_000;
/** Behind the newest moment by more than this is not "live" any more. */
const LIVE_EDGE_S = 8;

/** The library and its worker, in chunks that nobody loads who does not need them. */
const loadLibrary = () =>
  Promise.all([import('hls.js/light'), import('hls.js/dist/hls.worker.js?url')]);

/** Have the library here before it is needed. */
export function prepareHls(): void {
  // A failure shows when a player asks again.
  loadLibrary().catch(() => undefined);
}

/** One HLS rendition in one media element: LL-HLS while live, DVR, recording alike. */
export class HlsPlayer {
  status = $state<HlsStatus>('idle');
  /** Unix ms of the moment on screen; null before the first frame. */
  wallMs = $state<number | null>(null);
  /** How far behind the newest moment, ms. */
  latencyMs = $state(0);
  positionS = $state(0);
  durationS = $state(0);
  isAtLive = $state(true);
  /** The browser let it play without sound only; a click is needed. */
  needsGesture = $state(false);

  readonly url: string;
  readonly #options: HlsOptions;
  #element: HTMLMediaElement | null = null;
  #hls: Hls | null = null;
  #isMuted = false;
  #volume = 1;
  #rate = 1;
  #wantsPlay = $state(false);
  #wantedWallMs: number | null = null;
  #cleanups: (() => void)[] = [];
  #turn = 0;

  constructor(options: HlsOptions) {
    this.url = options.url;
    this.#options = options;
    this.#wantsPlay = options.isLive;
  }

  /** Play in `element` from now on; the answer ends it. Fits Svelte's `{@attach}`. */
  readonly attach = (element: HTMLMediaElement): (() => void) => {
    this.detach();
    this.#element = element;
    this.status = 'loading';
    element.muted = this.#isMuted;
    element.volume = this.#volume;
    this.#listen(element);
    void this.#load(element, ++this.#turn);
    return () => {
      if (this.#element === element) this.detach();
    };
  };

  detach(): void {
    this.#turn += 1;
    for (const cleanup of this.#cleanups) cleanup();
    this.#cleanups = [];
    this.#hls?.destroy();
    this.#hls = null;
    if (this.#element) {
      this.#element.removeAttribute('src');
      this.#element.load();
    }
    this.#element = null;
    this.status = 'idle';
  }

  get isPaused(): boolean {
    return !this.#wantsPlay;
  }

  play(): void {
    this.#wantsPlay = true;
    this.#start();
  }

  pause(): void {
    this.#wantsPlay = false;
    this.#element?.pause();
    this.status = 'paused';
  }

  setSound(isOn: boolean, volume = this.#volume): void {
    this.#isMuted = !isOn;
    this.#volume = volume;
    if (isOn) this.needsGesture = false;
    if (!this.#element) return;
    this.#element.muted = !isOn;
    this.#element.volume = volume;
    if (this.#wantsPlay) this.#start();
  }

  /** 0.5 to 2. */
  setRate(rate: number): void {
    this.#rate = rate;
    if (this.#element) this.#element.playbackRate = rate;
  }

  seekPosition(seconds: number): void {
    if (this.#element) this.#element.currentTime = Math.max(0, seconds);
  }

  /** Show the moment `wallMs`; before the playlist is there, as soon as it is. */
  seekWall(wallMs: number): void {
    const position = positionAt(this.#fragments(), wallMs);
    this.#wantedWallMs = position === null ? wallMs : null;
    if (position !== null) this.seekPosition(position);
  }

  /** Whether it stands where `seekWall(wallMs)` leads, within `slackS`. */
  isAt(wallMs: number, slackS: number): boolean {
    const position = positionAt(this.#fragments(), wallMs);
    const element = this.#element;
    if (position === null || !element) return false;
    // Before it has a picture, the position is only a wish that hls.js may change.
    const hasPicture = element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    return hasPicture && !element.seeking && Math.abs(element.currentTime - position) < slackS;
  }

  /** Back to the newest moment of a live session. */
  toLive(): void {
    const position = this.#hls?.liveSyncPosition ?? this.#seekableEnd();
    if (position !== null) this.seekPosition(position);
    this.play();
  }

  async #load(element: HTMLMediaElement, turn: number): Promise<void> {
    const loaded = await loadLibrary().catch(() => null);
    if (turn !== this.#turn) return;
    if (!loaded) {
      this.status = 'failed';
      return;
    }
    const [{ default: Library }, { default: workerPath }] = loaded;
    if (!Library.isSupported()) return this.#loadNatively(element);
    const hls = new Library({
      workerPath,
      lowLatencyMode: this.#options.lowLatency ?? this.#options.isLive,
      startPosition: this.#options.isLive && !this.#options.fromStart ? -1 : 0,
      // Catches up gently after a stall, rather than jumping over words.
      // A follower's speed is set by `#follow` alone.
      maxLiveSyncPlaybackRate: this.#options.leader ? 1 : 1.25,
      backBufferLength: 30,
      manifestLoadPolicy: patient(Library.DefaultConfig.manifestLoadPolicy),
    });
    this.#hls = hls;
    hls.on(Library.Events.ERROR, (_name, data) => {
      if (!data.fatal) return;
      this.status = 'stalled';
      if (data.type === Library.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
      else this.#retryLater(hls);
    });
    hls.on(Library.Events.LEVEL_UPDATED, () => this.#playlistCame());
    hls.on(Library.Events.MANIFEST_PARSED, () => this.#start());
    hls.loadSource(this.url);
    hls.attachMedia(element);
    this.#cleanups.push(this.#follow());
  }

  /** iPhones without Media Source play HLS themselves. */
  #loadNatively(element: HTMLMediaElement): void {
    if (element.canPlayType('application/vnd.apple.mpegurl') === '') {
      this.status = 'failed';
      return;
    }
    element.src = this.url;
    this.#start();
  }

  #retryLater(hls: Hls): void {
    const timer = setTimeout(() => {
      hls.loadSource(this.url);
      hls.startLoad();
    }, RETRY_MS);
    this.#cleanups.push(() => clearTimeout(timer));
  }

  #playlistCame(): void {
    if (this.#wantedWallMs !== null) this.seekWall(this.#wantedWallMs);
  }

  #start(): void {
    const element = this.#element;
    if (!element || !this.#wantsPlay) return;
    element.playbackRate = this.#rate;
    element.play().catch((error: unknown) => {
      const isRefused = error instanceof DOMException && error.name === 'NotAllowedError';
      if (!isRefused || element.muted || this.#element !== element) return;
      // Without a click only silent playing is allowed: better that than nothing.
      this.needsGesture = true;
      element.muted = true;
      element.play().catch(() => undefined);
    });
  }

  #listen(element: HTMLMediaElement): void {
    const on = (name: string, listener: () => void) => {
      element.addEventListener(name, listener);
      this.#cleanups.push(() => element.removeEventListener(name, listener));
    };
    on('playing', () => (this.status = 'playing'));
    on('waiting', () => {
      if (this.status === 'playing') this.status = 'stalled';
    });
    on('ended', () => (this.status = 'paused'));
    on('error', () => {
      if (!this.#hls) this.status = 'failed';
    });
    on('timeupdate', () => this.#progressed(element));
    on('seeked', () => this.#progressed(element));
    on('durationchange', () => this.#progressed(element));
  }

  #progressed(element: HTMLMediaElement): void {
    this.positionS = element.currentTime;
    this.durationS = Number.isFinite(element.duration)
      ? element.duration
      : (this.#seekableEnd() ?? 0);
    this.wallMs = this.#wallNow(element);
    const latencyS = this.#hls ? this.#hls.latency : this.durationS - this.positionS;
    this.latencyMs = Math.max(0, latencyS * 1000);
    this.isAtLive = this.#options.isLive && latencyS < LIVE_EDGE_S;
  }

  #wallNow(element: HTMLMediaElement): number | null {
    if (this.#hls) return wallAt(this.#fragments(), element.currentTime);
    const native = element as HTMLMediaElement & { getStartDate?: () => Date };
    const start = native.getStartDate?.().getTime();
    return start === undefined || Number.isNaN(start) ? null : start + element.currentTime * 1000;
  }

  #fragments(): readonly DatedFragment[] {
    const { levels, currentLevel, loadLevel } = this.#hls ?? { levels: [] };
    const level = levels[Math.max(0, currentLevel ?? loadLevel ?? 0)] ?? levels[0];
    return level?.details?.fragments ?? [];
  }

  #seekableEnd(): number | null {
    const ranges = this.#element?.seekable;
    return ranges && ranges.length > 0 ? ranges.end(ranges.length - 1) : null;
  }

  /** Keep to the leader's moment: small differences by speed, big ones by a jump. */
  #follow(): () => void {
    const { leader } = this.#options;
    if (!leader) return () => undefined;
    const timer = setInterval(() => {
      const element = this.#element;
      const leaderWallMs = leader.#element && leader.#wallNow(leader.#element);
      const ownWallMs = element && this.#wallNow(element);
      if (!element || leaderWallMs === null) return;
      if (leader.isPaused !== element.paused) {
        if (leader.isPaused) this.pause();
        else this.play();
      }
      if (ownWallMs === null) return this.seekWall(leaderWallMs);
      const behindMs = leaderWallMs - ownWallMs;
      if (Math.abs(behindMs) > JUMP_MS) this.seekWall(leaderWallMs);
      const nudge = Math.abs(behindMs) > SYNC_MS ? Math.sign(behindMs) * 0.1 : 0;
      element.playbackRate = (leader.#element?.playbackRate ?? 1) + nudge;
    }, FOLLOW_MS);
    return () => clearInterval(timer);
  }
}

type Policy = typeof Hls.DefaultConfig.manifestLoadPolicy;

/** A session that just went live has no playlist for a second or two. */
function patient(policy: Policy): Policy {
  const retry = { maxNumRetry: 20, retryDelayMs: 1_000, maxRetryDelayMs: 2_000 };
  return { default: { ...policy.default, errorRetry: retry, timeoutRetry: retry } };
}

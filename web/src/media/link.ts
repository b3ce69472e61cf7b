import { deleteMedia, offerMedia, restartMedia } from '../api/media-exchange';
import { ApiError, localError } from '../api/errors';
import type { Timers } from '../api/timers';
import { hasWebRtc } from './codecs';
import { restartedAnswer, restartFragment } from './ice-restart';
import { LineHealer } from './line-healer';
import { watchNetwork } from './network-watch';
import { relays } from './relays';
import { bytesOf, STALL_LOOK_MS, StallWatch } from './stall-watch';

/** One attempt at a media connection; it ends by `close` or by `onLost`, once. */
export interface Link {
  close(): void;
}

export interface LinkListener {
  /** Connected; also again after `onDown`. */
  onUp(): void;
  /** Nothing comes through, and the link goes on trying to heal itself. */
  onDown(): void;
  /** The error of the server, or null when the network is at fault. */
  onLost(error: ApiError | null): void;
}

export type MakeLink = (listener: LinkListener) => Link;

/** From the first byte to connected ICE; then the ladder has its say. */
export const CONNECT_MS = 7_000;
/**
 * From the answer to ICE without a relay: a check by UDP takes one round trip, one by TCP
 * two and begins 0.1 s later; a poor mobile line takes 0.8 s for one.
 */
const DIRECT_MS = 2_000;

export interface RtcLinkOptions {
  address: string;
  timers: Timers;
  /** Adds transceivers before the offer is made. */
  prepare: (peer: RTCPeerConnection) => void;
}

/**
 * Offer, answer and ICE with a server that is ICE-lite: its answer holds all candidates,
 * and it learns ours from the checks, so that nothing waits for gathering. When the line
 * is cut or changes, ICE is restarted; DTLS, keys and streams stay.
 */
export class RtcLink implements Link {
  readonly peer: RTCPeerConnection;
  readonly #options: RtcLinkOptions;
  readonly #listener: LinkListener;
  readonly #abort = new AbortController();
  readonly #healer: LineHealer;
  readonly #forgetNetwork: () => void;
  #resource = '';
  #answerSdp = '';
  /** Of the restart that is being asked for; repeated until it is answered. */
  #restartOffer: RTCSessionDescriptionInit | null = null;
  #isOver = false;
  #isUp = false;
  #wasUp = false;
  #cancelTimer: () => void;
  #cancelDirect: () => void = () => undefined;
  readonly #stall = new StallWatch();
  #cancelLook: () => void = () => undefined;

  constructor(options: RtcLinkOptions, listener: LinkListener) {
    this.#options = options;
    this.#listener = listener;
    this.peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    this.#cancelTimer = options.timers.after(CONNECT_MS, () => this.#lose(null));
    this.peer.onconnectionstatechange = () => this.#stateChanged();
    this.#healer = new LineHealer({
      timers: options.timers,
      ask: (signal) => this.#askForRestart(signal),
      apply: (fragment) => this.#applyRestart(fragment),
      onDown: () => {
        this.#isUp = false;
        listener.onDown();
      },
      onFailed: () => this.#lose(null),
    });
    this.#forgetNetwork = watchNetwork(() => this.#nudge());
    void this.#negotiate();
  }

  /** Something about the network has changed: restart ICE, while media goes on. */
  #nudge(): void {
    if (this.#wasUp && !this.#isOver) this.#healer.nudge();
  }

  /** Address of this session on the server; empty before the answer. */
  get resource(): string {
    return this.#resource;
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelTimer();
    this.#cancelDirect();
    this.#cancelLook();
    this.#forgetNetwork();
    this.#healer.end();
    this.#abort.abort();
    this.peer.onconnectionstatechange = null;
    this.peer.close();
    if (this.#resource !== '') deleteMedia(this.#resource);
  }

  async #negotiate(): Promise<void> {
    try {
      this.#options.prepare(this.peer);
      const iceServers = await relays.forOffer();
      if (this.#isOver) return;
      if (iceServers.length > 0) {
        this.peer.setConfiguration({ bundlePolicy: 'max-bundle', iceServers });
      }
      await this.peer.setLocalDescription();
      const sdp = this.peer.localDescription?.sdp ?? '';
      const answer = await offerMedia(this.#options.address, sdp, this.#abort.signal);
      this.#resource = answer.resource;
      if (this.#isOver) return deleteMedia(answer.resource);
      this.#answerSdp = answer.sdp;
      await this.peer.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
      this.#cancelDirect = this.#options.timers.after(DIRECT_MS, () => this.#checkDirect());
    } catch (thrown) {
      // The browser refusing the answer is our fault: told as such, not as a bad line.
      this.#lose(
        thrown instanceof ApiError
          ? thrown
          : new ApiError(localError('internal', String(thrown)), 0),
      );
    }
  }

  /** Neither UDP nor TCP came through: make way for a link with relays, if there are any. */
  #checkDirect(): void {
    const state = this.peer.iceConnectionState;
    if ((state === 'new' || state === 'checking') && relays.need()) this.#lose(null);
  }

  #stateChanged(): void {
    switch (this.peer.connectionState) {
      case 'connected':
        this.#cancelTimer();
        this.#healer.end();
        if (!this.#wasUp) this.#watchLater();
        this.#wasUp = true;
        if (!this.#isUp) this.#listener.onUp();
        this.#isUp = true;
        break;
      case 'disconnected':
      case 'failed':
        if (this.#wasUp) this.#healer.begin();
        else if (this.peer.connectionState === 'failed') this.#lose(null);
        break;
      case 'closed':
        this.#lose(null);
    }
  }

  #watchLater(): void {
    this.#cancelLook = this.#options.timers.after(STALL_LOOK_MS, () => void this.#watch());
  }

  async #watch(): Promise<void> {
    const report = await this.peer.getStats();
    if (this.#isOver) return;
    const bytes = bytesOf(report.values() as Iterable<{ type: string }>);
    if (this.#stall.look(bytes, this.#options.timers.monotonic())) this.#nudge();
    this.#watchLater();
  }

  async #askForRestart(signal: AbortSignal): Promise<string> {
    // Not set as local yet: as long as it is not answered the old path may come back.
    this.#restartOffer ??= await this.peer.createOffer({ iceRestart: true });
    return restartMedia(this.#resource, restartFragment(this.#restartOffer.sdp ?? ''), signal);
  }

  async #applyRestart(fragment: string): Promise<void> {
    const offer = this.#restartOffer;
    if (!offer) return;
    this.#restartOffer = null;
    const sdp = restartedAnswer(this.#answerSdp, fragment);
    await this.peer.setLocalDescription(offer);
    await this.peer.setRemoteDescription({ type: 'answer', sdp });
    this.#answerSdp = sdp;
    this.#stall.restarted();
  }

  #lose(error: ApiError | null): void {
    if (this.#isOver) return;
    this.close();
    this.#listener.onLost(error);
  }
}

/** The same as `RtcLink`, for a browser without WebRTC: lost at once. */
export function missingWebRtc(timers: Timers, listener: LinkListener): Link {
  const error = new ApiError(localError('webrtc_unsupported', 'no RTCPeerConnection'), 0);
  const cancel = timers.after(0, () => listener.onLost(error));
  return { close: cancel };
}

export const canLink = hasWebRtc;

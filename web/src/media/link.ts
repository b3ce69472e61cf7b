import { deleteMedia, offerMedia } from '../api/media-exchange';
import { ApiError, localError } from '../api/errors';
import type { Timers } from '../api/timers';
import { hasWebRtc } from './codecs';

/** One attempt at a media connection; it ends by `close` or by `onLost`, once. */
export interface Link {
  close(): void;
}

export interface LinkListener {
  onUp(): void;
  /** The error of the server, or null when the network is at fault. */
  onLost(error: ApiError | null): void;
}

export type MakeLink = (listener: LinkListener) => Link;

/** From the first byte to connected ICE; then the ladder has its say. */
export const CONNECT_MS = 7_000;
/** ICE may heal a short gap (a change of Wi-Fi) by itself. */
const HEAL_MS = 3_000;

export interface RtcLinkOptions {
  address: string;
  timers: Timers;
  /** Adds transceivers before the offer is made. */
  prepare: (peer: RTCPeerConnection) => void;
}

/**
 * Offer, answer and ICE with a server that is ICE-lite: its answer holds all candidates,
 * and it learns ours from the checks, so that nothing waits for gathering.
 */
export class RtcLink implements Link {
  readonly peer: RTCPeerConnection;
  readonly #options: RtcLinkOptions;
  readonly #listener: LinkListener;
  readonly #abort = new AbortController();
  #resource: string | null = null;
  #isOver = false;
  #isUp = false;
  #cancelTimer: () => void;

  constructor(options: RtcLinkOptions, listener: LinkListener) {
    this.#options = options;
    this.#listener = listener;
    this.peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    this.#cancelTimer = options.timers.after(CONNECT_MS, () => this.#lose(null));
    this.peer.onconnectionstatechange = () => this.#stateChanged();
    void this.#negotiate();
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelTimer();
    this.#abort.abort();
    this.peer.onconnectionstatechange = null;
    this.peer.close();
    if (this.#resource !== null) deleteMedia(this.#resource);
  }

  async #negotiate(): Promise<void> {
    try {
      this.#options.prepare(this.peer);
      await this.peer.setLocalDescription();
      const sdp = this.peer.localDescription?.sdp ?? '';
      const answer = await offerMedia(this.#options.address, sdp, this.#abort.signal);
      this.#resource = answer.resource;
      if (this.#isOver) return deleteMedia(answer.resource);
      await this.peer.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
    } catch (thrown) {
      // The browser refusing the answer is our fault: told as such, not as a bad line.
      this.#lose(
        thrown instanceof ApiError
          ? thrown
          : new ApiError(localError('internal', String(thrown)), 0),
      );
    }
  }

  #stateChanged(): void {
    switch (this.peer.connectionState) {
      case 'connected':
        this.#cancelTimer();
        if (!this.#isUp) this.#listener.onUp();
        this.#isUp = true;
        break;
      case 'disconnected':
        this.#cancelTimer();
        this.#cancelTimer = this.#options.timers.after(HEAL_MS, () => this.#lose(null));
        break;
      case 'failed':
      case 'closed':
        this.#lose(null);
    }
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

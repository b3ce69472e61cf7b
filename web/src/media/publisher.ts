import type { ApiError } from '../api/errors';
import { whipAddress } from '../api/media-exchange';
import type { Timers } from '../api/timers';
import { type PictureKind, SOUND_BPS } from './encodings';
import { Keeper, type KeeperState } from './keeper';
import { canLink, missingWebRtc, RtcLink, type LinkListener } from './link';
import { addPicture, encodingsOf, tunePicture } from './send-picture';

export interface PublisherOptions {
  seminarId: string;
  source: 'camera' | 'screen';
  timers: Timers;
  onChange: (state: KeeperState, error: ApiError | null) => void;
}

/** Sends one source to the server by WHIP and keeps it there until closed. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #keeper: Keeper;
  #stream: MediaStream | null = null;
  #link: RtcLink | null = null;
  #kind: PictureKind;
  #layerCount = 0;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#kind = options.source;
    this.#keeper = new Keeper({
      timers: options.timers,
      onChange: (state, error) => {
        if (state === 'up') this.#tune();
        options.onChange(state, error);
      },
      makeLink: (listener) => this.#makeLink(listener),
    });
  }

  /** Publish `stream`; later, put another in its place without a gap where possible. */
  publish(stream: MediaStream): void {
    const before = this.#stream;
    this.#stream = stream;
    if (this.#keeper.state === 'idle' || this.#keeper.state === 'refused') {
      this.#keeper.open();
    } else if (before !== stream && !this.#replaceTracks(stream)) {
      this.#keeper.restart();
    }
  }

  /** Another kind of picture comes in the same stream: a film on the shared screen. */
  setKind(kind: PictureKind): void {
    this.#kind = kind;
    if (this.#keeper.state === 'up') this.#tune();
  }

  /** The media worker is new: publish again. */
  restart(): void {
    this.#keeper.restart();
  }

  /** End it on the server too. The stream's owner stops its tracks. */
  close(): void {
    this.#keeper.close();
    this.#link = null;
    this.#stream = null;
  }

  #makeLink(listener: LinkListener) {
    if (!canLink()) return missingWebRtc(this.#options.timers, listener);
    const { seminarId, source, timers } = this.#options;
    this.#link = new RtcLink(
      {
        address: whipAddress(seminarId, source),
        timers,
        prepare: (peer) => this.#addTracks(peer),
      },
      listener,
    );
    return this.#link;
  }

  #addTracks(peer: RTCPeerConnection): void {
    const stream = this.#stream;
    if (!stream) return;
    for (const track of stream.getTracks()) {
      if (track.kind === 'video') {
        this.#layerCount = encodingsOf(track, this.#kind).length;
        addPicture(peer, track, stream, this.#kind);
      } else {
        peer.addTransceiver(track, {
          direction: 'sendonly',
          streams: [stream],
          sendEncodings: [{ maxBitrate: SOUND_BPS[this.#kind] }],
        });
      }
    }
  }

  #tune(): void {
    for (const sender of this.#link?.peer.getSenders() ?? []) {
      if (sender.track?.kind !== 'video') continue;
      // A browser that refuses still sends, by what was agreed on at first.
      tunePicture(sender, this.#kind).catch(() => undefined);
    }
  }

  /** False when the new stream has other kinds or layers than the old: that needs a new offer. */
  #replaceTracks(stream: MediaStream): boolean {
    const senders = this.#link?.peer.getSenders() ?? [];
    const tracks = stream.getTracks();
    const pairs = senders.map((sender) => ({
      sender,
      track: tracks.find((track) => track.kind === sender.track?.kind),
    }));
    if (tracks.length !== senders.length || pairs.some(({ track }) => !track)) return false;
    const video = tracks.find((track) => track.kind === 'video');
    if (video && encodingsOf(video, this.#kind).length !== this.#layerCount) return false;
    for (const { sender, track } of pairs) {
      // Refused only when the connection is closing, and then a new one is on its way.
      if (track) sender.replaceTrack(track).catch(() => undefined);
    }
    return true;
  }
}

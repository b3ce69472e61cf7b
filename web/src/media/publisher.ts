import type { ApiError } from '../api/errors';
import { whipAddress } from '../api/media-exchange';
import type { Timers } from '../api/timers';
import { preferVideoCodecs } from './codecs';
import { Keeper, type KeeperState } from './keeper';
import { canLink, missingWebRtc, RtcLink, type LinkListener } from './link';

interface Limits {
  video_bps: number;
  audio_bps: number;
  framerate: number;
}

/** DESIGN.md 2: one programme is 1.3 Mbit/s, sound included. */
const LIMITS: Record<'camera' | 'screen', Limits> = {
  camera: { video_bps: 1_200_000, audio_bps: 40_000, framerate: 25 },
  screen: { video_bps: 1_200_000, audio_bps: 64_000, framerate: 15 },
};

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

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#keeper = new Keeper({
      timers: options.timers,
      onChange: options.onChange,
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
    const limits = LIMITS[this.#options.source];
    for (const track of stream.getTracks()) {
      const isVideo = track.kind === 'video';
      const encoding = isVideo
        ? { maxBitrate: limits.video_bps, maxFramerate: limits.framerate }
        : { maxBitrate: limits.audio_bps };
      const transceiver = peer.addTransceiver(track, {
        direction: 'sendonly',
        streams: [stream],
        sendEncodings: [encoding],
      });
      if (isVideo) preferVideoCodecs(transceiver, 'send');
    }
  }

  /** False when the new stream has other kinds than the old: that needs a new offer. */
  #replaceTracks(stream: MediaStream): boolean {
    const senders = this.#link?.peer.getSenders() ?? [];
    const tracks = stream.getTracks();
    const pairs = senders.map((sender) => ({
      sender,
      track: tracks.find((track) => track.kind === sender.track?.kind),
    }));
    if (tracks.length !== senders.length || pairs.some(({ track }) => !track)) return false;
    for (const { sender, track } of pairs) {
      // Refused only when the connection is closing, and then a new one is on its way.
      if (track) sender.replaceTrack(track).catch(() => undefined);
    }
    return true;
  }
}

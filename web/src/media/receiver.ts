import type { ApiError } from '../api/errors';
import { whepAddress } from '../api/media-exchange';
import type { Timers } from '../api/timers';
import { preferVideoCodecs } from './codecs';
import { Keeper, type KeeperState } from './keeper';
import { judgeLine, readStats, type LineQuality, type ReceiveSample } from './line-quality';
import { canLink, missingWebRtc, RtcLink, type LinkListener } from './link';
import { StallWatch } from './stall-watch';

/** `seminar`: all slots; `programme`: one picture; `audio`: sound only. */
export type Profile = 'seminar' | 'programme' | 'audio';

/** Slots of each profile, in the order in which the server fills the video sections. */
export const VIDEO_SLOTS: Record<Profile, readonly string[]> = {
  seminar: ['presenter', 'floor-1', 'floor-2', 'screen'],
  programme: ['programme'],
  audio: [],
};
const AUDIO_SLOTS: Record<Profile, number> = { seminar: 3, programme: 1, audio: 3 };
const LOOK_MS = 1_000;

export interface Received {
  /** Slot to picture. */
  video: Record<string, MediaStream>;
  audio: MediaStream[];
}

export interface ReceiverListener {
  onState(state: KeeperState, error: ApiError | null): void;
  /** A new connection is up: show these from now on. */
  onStreams(received: Received): void;
  /** Each second: slots whose picture moved, whether any packet came, how the line is. */
  onLook(look: { moving: Set<string>; hasPackets: boolean; quality: LineQuality | null }): void;
}

/** Receives the seminar by WHEP: one exchange with fixed slots, made again when lost. */
export class Receiver {
  readonly #seminarId: string;
  readonly #timers: Timers;
  readonly #listener: ReceiverListener;
  readonly #keeper: Keeper;
  #profile: Profile = 'seminar';
  #link: RtcLink | null = null;
  #received: Received = { video: {}, audio: [] };
  #before: ReceiveSample | null = null;
  #stall = new StallWatch();
  #framesBefore = new Map<string, number>();
  #cancelLook: () => void = () => undefined;

  constructor(seminarId: string, timers: Timers, listener: ReceiverListener) {
    this.#seminarId = seminarId;
    this.#timers = timers;
    this.#listener = listener;
    this.#keeper = new Keeper({
      timers,
      makeLink: (each) => this.#makeLink(each),
      onChange: (state, error) => this.#stateChanged(state, error),
    });
  }

  open(profile: Profile): void {
    const isOther = profile !== this.#profile;
    this.#profile = profile;
    if (isOther && this.#keeper.state !== 'idle') this.#keeper.close();
    this.#keeper.open();
  }

  restart(): void {
    this.#keeper.restart();
  }

  setPatient(isPatient: boolean): void {
    this.#keeper.setPatient(isPatient);
  }

  close(): void {
    this.#keeper.close();
  }

  #makeLink(listener: LinkListener) {
    if (!canLink()) return missingWebRtc(this.#timers, listener);
    const profile = this.#profile;
    const wire = profile === 'programme' ? 'programme' : 'seminar';
    this.#link = new RtcLink(
      {
        address: whepAddress(this.#seminarId, wire),
        timers: this.#timers,
        prepare: (peer) => this.#addSlots(peer, profile),
      },
      listener,
    );
    return this.#link;
  }

  #addSlots(peer: RTCPeerConnection, profile: Profile): void {
    const stream = (transceiver: RTCRtpTransceiver) =>
      new MediaStream([transceiver.receiver.track]);
    const audio = Array.from({ length: AUDIO_SLOTS[profile] }, () =>
      stream(peer.addTransceiver('audio', { direction: 'recvonly' })),
    );
    const video: Record<string, MediaStream> = {};
    for (const slot of VIDEO_SLOTS[profile]) {
      const transceiver = peer.addTransceiver('video', { direction: 'recvonly' });
      preferVideoCodecs(transceiver, 'receive');
      video[slot] = stream(transceiver);
    }
    this.#received = { video, audio };
  }

  #stateChanged(state: KeeperState, error: ApiError | null): void {
    this.#cancelLook();
    this.#before = null;
    this.#stall = new StallWatch();
    this.#framesBefore = new Map();
    if (state === 'up') {
      this.#listener.onStreams(this.#received);
      this.#lookLater();
    }
    this.#listener.onState(state, error);
  }

  #lookLater(): void {
    this.#cancelLook = this.#timers.after(LOOK_MS, () => void this.#look());
  }

  async #look(): Promise<void> {
    const link = this.#link;
    if (!link) return;
    const report = await link.peer.getStats();
    if (link !== this.#link || this.#keeper.state !== 'up') return;
    if (this.#stall.look(report.values() as Iterable<{ type: string }>)) link.nudge();
    const { sample, framesByTrack } = readStats(
      report.values() as Iterable<{ type: string }>,
      this.#timers.monotonic(),
    );
    const before = this.#before;
    this.#listener.onLook({
      moving: this.#movingSlots(framesByTrack),
      hasPackets: sample.packets > (before?.packets ?? 0),
      quality: before && judgeLine(before, sample),
    });
    this.#before = sample;
    this.#framesBefore = framesByTrack;
    this.#lookLater();
  }

  #movingSlots(frames: Map<string, number>): Set<string> {
    const moving = new Set<string>();
    for (const [slot, stream] of Object.entries(this.#received.video)) {
      const id = stream.getVideoTracks()[0]?.id ?? '';
      if ((frames.get(id) ?? 0) > (this.#framesBefore.get(id) ?? 0)) moving.add(slot);
    }
    return moving;
  }
}

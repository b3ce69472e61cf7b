import type { ApiError } from '../api/errors';
import { preferLayers, whepAddress } from '../api/media-exchange';
import type { Timers } from '../api/timers';
import { preferVideoCodecs } from './codecs';
import { Keeper, type KeeperState } from './keeper';
import { type Heights, LayerWish } from './layer-wish';
import {
  judgeLine,
  type LineQuality,
  lostShare,
  type ReceivedPicture,
  type ReceiveSample,
  readStats,
} from './line-quality';
import { canLink, missingWebRtc, RtcLink, type LinkListener } from './link';
import { letWait, SoundWait } from './sound-wait';
import { readWay, type Way } from './way';

/** `seminar`: all slots; `audio`: sound only. */
export type Profile = 'seminar' | 'audio';

/** Slots of each profile, in the order in which the server fills the video sections. */
export const VIDEO_SLOTS: Record<Profile, readonly string[]> = {
  seminar: ['presenter', 'floor-1', 'floor-2', 'screen'],
  audio: [],
};
const AUDIO_SLOTS = 3;
const LOOK_MS = 1_000;

export interface Received {
  /** Slot to picture. */
  video: Record<string, MediaStream>;
  audio: MediaStream[];
}

/** What one second brought. */
export interface Look {
  /** Slots whose picture moved. */
  moving: Set<string>;
  /** Slot to the height of its picture, px; 0 before the first frame. */
  heights: Map<string, number>;
  hasSound: boolean;
  /** Anything came, if only the server's reports. */
  isAlive: boolean;
  quality: LineQuality | null;
  way: Way | null;
}

export interface ReceiverListener {
  onState(state: KeeperState, error: ApiError | null): void;
  /** A new connection is up: show these from now on. */
  onStreams(received: Received): void;
  /** Each second while connected. */
  onLook(look: Look): void;
}

/** Receives the seminar by WHEP: one exchange with fixed slots, made again when lost. */
export class Receiver {
  /** How large each slot is shown. */
  readonly wish: LayerWish;
  readonly #seminarId: string;
  readonly #timers: Timers;
  readonly #listener: ReceiverListener;
  readonly #keeper: Keeper;
  #profile: Profile = 'seminar';
  #next: Profile = 'seminar';
  #link: RtcLink | null = null;
  #received: Received = { video: {}, audio: [] };
  #before: ReceiveSample | null = null;
  #picturesBefore = new Map<string, ReceivedPicture>();
  #soundWait = new SoundWait();
  #cancelLook: () => void = () => undefined;

  constructor(seminarId: string, timers: Timers, listener: ReceiverListener) {
    this.#seminarId = seminarId;
    this.#timers = timers;
    this.#listener = listener;
    this.wish = new LayerWish({ timers, send: (heights) => this.#prefer(heights) });
    this.#keeper = new Keeper({
      timers,
      makeLink: (each) => this.#makeLink(each),
      onChange: (state, error) => this.#stateChanged(state, error),
    });
  }

  open(profile: Profile): void {
    const isOther = profile !== this.#profile;
    this.#next = profile;
    if (isOther && this.#keeper.state !== 'idle') this.#keeper.close();
    this.#keeper.open();
  }

  /** Slots of pictures that this connection has, or the next one will have. */
  get slots(): readonly string[] {
    return VIDEO_SLOTS[this.#profile];
  }

  /** The next connection is for this profile; the present one goes on. */
  setNext(profile: Profile): void {
    this.#next = profile;
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
    const profile = this.#next;
    this.#profile = profile;
    this.#link = new RtcLink(
      {
        address: whepAddress(this.#seminarId, 'seminar'),
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
    const audio = Array.from({ length: AUDIO_SLOTS }, () =>
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
    this.#picturesBefore = new Map();
    if (state === 'up') {
      this.wish.connected(this.slots);
      this.#listener.onStreams(this.#received);
      this.#lookLater();
    } else this.wish.disconnected();
    this.#listener.onState(state, error);
  }

  #lookLater(): void {
    this.#cancelLook = this.#timers.after(LOOK_MS, () => void this.#look());
  }

  async #look(): Promise<void> {
    const link = this.#link;
    if (!link) return;
    const report = [...((await link.peer.getStats()).values() as Iterable<{ type: string }>)];
    if (link !== this.#link || this.#keeper.state !== 'up') return;
    const { sample, pictures } = readStats(report, this.#timers.monotonic());
    const before = this.#before;
    if (before) {
      const waitMs = this.#soundWait.look(lostShare(before, sample), sample.atMs);
      letWait(link.peer.getReceivers(), waitMs);
    }
    this.#listener.onLook({
      ...this.#lookAtSlots(pictures),
      hasSound: sample.soundPackets > (before?.soundPackets ?? 0),
      // Some browsers count packets only; a restart of ICE counts bytes anew.
      isAlive: sample.bytes + sample.packets !== (before ? before.bytes + before.packets : 0),
      quality: before && judgeLine(before, sample),
      way: readWay(report),
    });
    this.#before = sample;
    this.#picturesBefore = pictures;
    this.#lookLater();
  }

  #lookAtSlots(pictures: Map<string, ReceivedPicture>): Pick<Look, 'moving' | 'heights'> {
    const moving = new Set<string>();
    const heights = new Map<string, number>();
    for (const [slot, stream] of Object.entries(this.#received.video)) {
      const id = stream.getVideoTracks()[0]?.id ?? '';
      const picture = pictures.get(id);
      heights.set(slot, picture?.height ?? 0);
      if ((picture?.frames ?? 0) > (this.#picturesBefore.get(id)?.frames ?? 0)) moving.add(slot);
    }
    return { moving, heights };
  }

  /** Not heard before the answer, nor by a server that knows no layers. */
  async #prefer(heights: Heights): Promise<void> {
    const resource = this.#link?.resource;
    if (resource) await preferLayers(resource, heights);
  }
}

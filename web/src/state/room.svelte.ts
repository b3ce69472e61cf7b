import { Connection, type Phase } from '../api/connection';
import { IndexedDbOutbox, MemoryOutbox, type OutboxStore } from '../api/outbox-store';
import { Outbox, type OutboxItem, type OutboxStatus } from '../api/outbox';
import { socketIoTransport } from '../api/socket-io';
import { realTimers, type Timers } from '../api/timers';
import type { MakeTransport } from '../api/transport';
import type {
  Command,
  CommandAck,
  ErrorBody,
  EventBatch,
  LineRequest,
  Lines,
  MediaShed,
  Presence,
  Role,
  RosterEntry,
  Seminar,
  SessionEvent,
  SlotMap,
  State,
  Tally,
  Welcome,
} from '../api/types.gen';
import { reduceAll } from './reduce';
import { ballotOf } from './selectors';

export interface RoomDependencies {
  makeTransport: MakeTransport;
  timers: Timers;
  store: OutboxStore;
  makeKey: () => string;
}

/** How the answer to a poll stands; `saved` once the server has it for good. */
export type VoteStatus = 'none' | OutboxStatus | 'saved';

const TICK_MS = 500;

/**
 * One live session as this person sees it. All state comes from the server: a command
 * changes nothing here until its event arrives.
 */
export class Room {
  readonly seminarId: string;
  phase = $state<Phase>('closed');
  /** Why the server let us not in, while `phase` is `refused`. */
  refusal = $state.raw<ErrorBody | null>(null);
  /** Null until the first welcome. */
  state = $state.raw<State | null>(null);
  seminar = $state.raw<Seminar | null>(null);
  participantId = $state('');
  role = $state<Role>('participant');
  roster = $state.raw<Record<string, RosterEntry>>({});
  presence = $state.raw<Presence | null>(null);
  tallies = $state.raw<Record<string, Tally>>({});
  slots = $state.raw<SlotMap | null>(null);
  /** Who follows badly; the staff alone are told. */
  lines = $state.raw<Lines | null>(null);
  /** How much of the pictures a full server keeps back from this person. */
  keptBack = $state<MediaShed['kept_back']>('nothing');
  /** Commands that are kept, under way or refused. */
  outbox = $state.raw<readonly OutboxItem[]>([]);
  /** The server's time, Unix ms, twice a second: timers on screen follow it. */
  nowMs = $state(Date.now());

  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #timers: Timers;
  readonly #eventListeners = new Set<(event: SessionEvent) => void>();
  readonly #moveListeners = new Set<() => void>();
  #cancelTick: () => void = () => undefined;

  constructor(seminarId: string, dependencies: RoomDependencies) {
    const { makeTransport, timers, store, makeKey } = dependencies;
    this.seminarId = seminarId;
    this.#timers = timers;
    this.#connection = new Connection(seminarId, this.#listener(), makeTransport, timers);
    this.#outbox = new Outbox({
      store,
      timers,
      makeKey,
      isOnline: () => this.#connection.phase === 'online',
      send: (request) => this.#connection.command(request),
      onChange: (items) => (this.outbox = items),
    });
  }

  get isTrainer(): boolean {
    return this.role === 'trainer';
  }

  open(): void {
    this.#connection.open();
    this.#tick();
    if (typeof addEventListener === 'function') addEventListener('online', this.#lineIsBack);
  }

  close(): void {
    this.#connection.close();
    this.#outbox.close();
    this.#cancelTick();
    if (typeof removeEventListener === 'function') {
      removeEventListener('online', this.#lineIsBack);
    }
  }

  /** The server's time, Unix ms, to the ms. */
  serverNow(): number {
    return this.#connection.clock.now();
  }

  /** Resolves with the ack; rejects with `ApiError` when refused or never answered. */
  send(command: Command): Promise<CommandAck> {
    return this.#outbox.send(command);
  }

  tellLine(line: LineRequest): void {
    this.#connection.tellLine(line);
  }

  retry(key: string): void {
    this.#outbox.retry(key);
  }

  dismiss(key: string): void {
    this.#outbox.dismiss(key);
  }

  voteStatus(pollId: string): VoteStatus {
    const poll = this.state?.polls[pollId];
    if (poll && ballotOf(poll, this.participantId)) return 'saved';
    const isIt = ({ command }: OutboxItem) =>
      command.type === 'poll.vote' && command.poll_id === pollId;
    return this.outbox.findLast(isIt)?.status ?? 'none';
  }

  /** Hear each new event once, after the state has it; the answer ends it. */
  onEvent(listener: (event: SessionEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  /** Hear that the server asks for a new media connection; the answer ends it. */
  onMediaMoved(listener: () => void): () => void {
    this.#moveListeners.add(listener);
    return () => this.#moveListeners.delete(listener);
  }

  readonly #lineIsBack = () => this.#connection.retryNow();

  #listener() {
    return {
      onPhase: (phase: Phase, refusal: ErrorBody | null) => {
        this.phase = phase;
        this.refusal = refusal;
        if (phase === 'online') void this.#resumeOutbox();
      },
      onWelcome: (welcome: Welcome) => this.#welcome(welcome),
      onEvents: (batch: EventBatch) => this.#receive(batch),
      onPresence: (presence: Presence) => {
        this.presence = presence;
      },
      onTally: (tally: Tally) => {
        this.tallies = { ...this.tallies, [tally.poll_id]: tally };
      },
      onSlots: (slots: SlotMap) => {
        this.slots = slots;
      },
      onLines: (lines: Lines) => {
        this.lines = lines;
      },
      onMediaShed: (shed: MediaShed) => {
        this.keptBack = shed.kept_back;
      },
      onMediaMoved: () => {
        for (const listener of this.#moveListeners) listener();
      },
    };
  }

  #welcome(welcome: Welcome): void {
    // A new connection is told anew when it is not so.
    this.keptBack = 'nothing';
    this.seminar = welcome.seminar;
    this.participantId = welcome.participant_id;
    this.role = welcome.role;
    // Added to, never replaced: the server tells each name once in a connection, and a
    // connection has a second welcome when those who waited are let in.
    this.roster = { ...this.roster, ...welcome.roster };
    const base = welcome.snapshot ?? this.state;
    if (!base) return;
    this.state = { ...reduceAll(base, welcome.missed), seq: welcome.seq };
    this.nowMs = this.serverNow();
    this.#tell(welcome.missed);
  }

  #receive(batch: EventBatch): void {
    if (Object.keys(batch.roster).length > 0) {
      this.roster = { ...this.roster, ...batch.roster };
    }
    if (!this.state) return;
    const seq = Math.max(this.state.seq, batch.seq);
    this.state = { ...reduceAll(this.state, batch.events), seq };
    this.#tell(batch.events);
  }

  #tell(events: readonly { event: SessionEvent }[]): void {
    for (const { event } of events) {
      for (const listener of this.#eventListeners) listener(event);
    }
  }

  async #resumeOutbox(): Promise<void> {
    const sessionId = this.state?.session_id ?? '';
    await this.#outbox.resume(`${sessionId}/${this.participantId}`);
  }

  #tick(): void {
    this.nowMs = this.serverNow();
    this.#cancelTick = this.#timers.after(TICK_MS, () => this.#tick());
  }
}

/** 22 characters of 128 random bits. */
function makeKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** The live room of a seminar; call `open` when shown and `close` when left. */
export function createRoom(seminarId: string): Room {
  const store =
    typeof indexedDB === 'undefined'
      ? new MemoryOutbox()
      : new IndexedDbOutbox(indexedDB, () => Date.now());
  return new Room(seminarId, {
    makeTransport: socketIoTransport,
    timers: realTimers,
    store,
    makeKey,
  });
}

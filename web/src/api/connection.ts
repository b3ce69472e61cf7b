import { reconnectDelayMs } from './backoff';
import { ServerClock } from './server-clock';
import type { Timers } from './timers';
import type { MakeTransport, Transport } from './transport';
import type {
  CommandAck,
  CommandRequest,
  ErrorBody,
  EventBatch,
  Hello,
  LineRequest,
  Lines,
  MediaShed,
  Presence,
  SlotMap,
  Tally,
  Welcome,
} from './types.gen';

/**
 * connecting   -> online | refused | reconnecting
 * online       -> reconnecting | closed
 * reconnecting -> online | refused
 * refused, closed: nothing more happens until `open` is called again.
 */
export type Phase = 'connecting' | 'online' | 'reconnecting' | 'refused' | 'closed';

export interface ConnectionListener {
  onPhase(phase: Phase, refusal: ErrorBody | null): void;
  onWelcome(welcome: Welcome): void;
  onEvents(batch: EventBatch): void;
  onPresence(presence: Presence): void;
  onTally(tally: Tally): void;
  onSlots(slots: SlotMap): void;
  onLines(lines: Lines): void;
  onMediaShed(shed: MediaShed): void;
  onMediaMoved(): void;
}

/** Where this client is in the log; `Hello` asks for what came after. */
export interface Place {
  sessionId: string;
  seq: number;
}

const ACK_TIMEOUT_MS = 8_000;
const WELCOME_TIMEOUT_MS = 10_000;
const CLOCK_EVERY_MS = 30_000;

/** Refusals that time may cure: keep trying as for a broken line. */
const PASSING = new Set(['internal', 'rate_limited']);

export class Connection {
  readonly clock: ServerClock;
  readonly #seminarId: string;
  readonly #listener: ConnectionListener;
  readonly #timers: Timers;
  readonly #transport: Transport;
  #phase: Phase = 'closed';
  #place: Place | null = null;
  #attempt = 0;
  /** Whether the transport was told to connect and has not answered yet. */
  #isDialling = false;
  #cancelTimer: () => void = () => undefined;
  #cancelClock: () => void = () => undefined;

  constructor(
    seminarId: string,
    listener: ConnectionListener,
    makeTransport: MakeTransport,
    timers: Timers,
  ) {
    this.#seminarId = seminarId;
    this.#listener = listener;
    this.#timers = timers;
    this.clock = new ServerClock(timers);
    this.#transport = makeTransport({
      onConnected: () => this.#connected(),
      onFailed: (refusal) => this.#failed(refusal),
      onDropped: () => this.#dropped(),
      onMessage: (name, body) => this.#message(name, body),
    });
  }

  get phase(): Phase {
    return this.#phase;
  }

  open(): void {
    if (this.#phase !== 'closed' && this.#phase !== 'refused') return;
    this.#attempt = 0;
    this.#enter('connecting');
    this.#connect();
  }

  close(): void {
    if (this.#phase === 'closed') return;
    this.#stopTimers();
    this.#isDialling = false;
    this.#enter('closed');
    this.#transport.disconnect();
  }

  /** Ask for a whole new snapshot: what we have can't be continued. */
  resync(): void {
    this.#place = null;
    this.#restart();
  }

  /** The line is probably back (the browser says so): try at once. */
  retryNow(): void {
    if (this.#phase !== 'reconnecting' || this.#isDialling) return;
    this.#cancelTimer();
    this.#connect();
  }

  /** Send a command. Rejects when no ack came: it may or may not have been done. */
  async command(request: CommandRequest): Promise<CommandAck> {
    if (this.#phase !== 'online') throw new Error('not online');
    return (await this.#transport.ask('command', request, ACK_TIMEOUT_MS)) as CommandAck;
  }

  /** Say how this page follows; one that is lost is told again with the next change. */
  tellLine(line: LineRequest): void {
    if (this.#phase !== 'online') return;
    this.#transport.ask('line', line, ACK_TIMEOUT_MS).catch(() => undefined);
  }

  #hello(): Hello {
    const hello: Hello = { seminar_id: this.#seminarId };
    if (this.#place) {
      hello.session_id = this.#place.sessionId;
      hello.after_seq = this.#place.seq;
    }
    return hello;
  }

  #connect(): void {
    this.#cancelTimer = this.#timers.after(WELCOME_TIMEOUT_MS, () => this.#restart());
    this.#isDialling = true;
    this.#transport.connect(this.#hello());
  }

  #connected(): void {
    this.clock.reset();
    this.#askClock();
  }

  #failed(refusal: ErrorBody | null): void {
    if (!this.#isDialling) return;
    if (refusal && !PASSING.has(refusal.code)) {
      this.#stopTimers();
      this.#isDialling = false;
      this.#transport.disconnect();
      this.#enter('refused', refusal);
      return;
    }
    this.#wait();
  }

  #dropped(): void {
    if (this.#phase === 'online' || this.#isDialling) this.#wait();
  }

  #restart(): void {
    this.#transport.disconnect();
    this.#wait();
  }

  #wait(): void {
    this.#stopTimers();
    this.#isDialling = false;
    this.#enter('reconnecting');
    const delayMs = reconnectDelayMs(this.#attempt, this.#timers.random);
    this.#attempt += 1;
    this.#cancelTimer = this.#timers.after(delayMs, () => this.#connect());
  }

  #message(name: string, body: unknown): void {
    if (this.#phase === 'closed' || this.#phase === 'refused') return;
    switch (name) {
      case 'welcome':
        return this.#welcomed(body as Welcome);
      case 'events':
        return this.#received(body as EventBatch);
      case 'presence':
        return this.#listener.onPresence(body as Presence);
      case 'tally':
        return this.#listener.onTally(body as Tally);
      case 'slots':
        return this.#listener.onSlots(body as SlotMap);
      case 'lines':
        return this.#listener.onLines(body as Lines);
      case 'media_shed':
        return this.#listener.onMediaShed(body as MediaShed);
      case 'media_moved':
        return this.#listener.onMediaMoved();
    }
  }

  #welcomed(welcome: Welcome): void {
    const place = this.#place;
    const continues = place !== null && place.sessionId === welcome.session_id;
    if (welcome.snapshot === null && !continues) {
      this.resync();
      return;
    }
    this.#cancelTimer();
    this.#attempt = 0;
    this.#isDialling = false;
    this.clock.hint(welcome.server_time_ms);
    this.#place = { sessionId: welcome.session_id, seq: welcome.seq };
    this.#listener.onWelcome(welcome);
    this.#enter('online');
  }

  #received(batch: EventBatch): void {
    // Before the welcome there is nothing to continue; it will hold these events.
    if (this.#phase !== 'online' || !this.#place) return;
    if (batch.after > this.#place.seq) {
      // Something was lost. What we have is whole up to our seq: ask from there.
      this.#restart();
      return;
    }
    const { seq } = this.#place;
    const events = batch.events.filter((logged) => logged.seq > seq);
    this.#place = { ...this.#place, seq: Math.max(seq, batch.seq) };
    this.#listener.onEvents({ ...batch, events });
  }

  #askClock(): void {
    const sentAt = this.#timers.monotonic();
    this.#transport.ask('clock', {}, ACK_TIMEOUT_MS).then(
      (answer) => {
        const { server_time_ms } = answer as { server_time_ms: number };
        this.clock.observe(server_time_ms, sentAt, this.#timers.monotonic());
      },
      // The line broke meanwhile; the next connection asks again.
      () => undefined,
    );
    this.#cancelClock();
    this.#cancelClock = this.#timers.after(CLOCK_EVERY_MS, () => this.#askClock());
  }

  #stopTimers(): void {
    this.#cancelTimer();
    this.#cancelClock();
  }

  #enter(phase: Phase, refusal: ErrorBody | null = null): void {
    this.#phase = phase;
    this.#listener.onPhase(phase, refusal);
  }
}

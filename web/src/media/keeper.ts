import type { ApiError } from '../api/errors';
import { reconnectDelayMs } from '../api/backoff';
import type { Timers } from '../api/timers';
import type { Link, MakeLink } from './link';

/**
 * idle -> connecting -> up -> waiting -> connecting ...; `refused` when trying again
 * can't help. A link that heals itself leads from up to connecting and up again. `close`
 * leads back to idle from everywhere.
 */
export type KeeperState = 'idle' | 'connecting' | 'up' | 'waiting' | 'refused';

/** Refusals that stay true however often one asks. */
const FINAL = new Set([
  'forbidden',
  'not_logged_in',
  'not_found',
  'removed',
  'session_over',
  'no_common_codec',
  'webrtc_unsupported',
]);
/** Spread after the worker was restarted: all peers hear of it in one moment. */
const RESTART_JITTER_MS = 300;
/** While something else shows the seminar, e.g. HLS, there is no hurry. */
const PATIENT_MS = 30_000;

export interface KeeperOptions {
  makeLink: MakeLink;
  timers: Timers;
  onChange: (state: KeeperState, error: ApiError | null) => void;
}

/** Keeps one media connection alive: makes a new one whenever the old one is lost. */
export class Keeper {
  readonly #options: KeeperOptions;
  #state: KeeperState = 'idle';
  #link: Link | null = null;
  #attempt = 0;
  #isPatient = false;
  #wasUp = false;
  #cancelTimer: () => void = () => undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  get state(): KeeperState {
    return this.#state;
  }

  open(): void {
    if (this.#state !== 'idle' && this.#state !== 'refused') return;
    this.#attempt = 0;
    this.#connect();
  }

  /** The server's side is new: connect again, spread over 300 ms. */
  restart(): void {
    if (this.#state === 'idle') return;
    this.#drop();
    this.#attempt = 0;
    this.#waitFor(this.#options.timers.random() * RESTART_JITTER_MS, null);
  }

  /** Between tries: each 30 s in place of every few seconds. */
  setPatient(isPatient: boolean): void {
    this.#isPatient = isPatient;
  }

  close(): void {
    this.#drop();
    this.#enter('idle', null);
  }

  #connect(): void {
    this.#enter('connecting', null);
    let isCurrent = true;
    const link = this.#options.makeLink({
      onUp: () => {
        if (!isCurrent) return;
        this.#attempt = 0;
        this.#wasUp = true;
        this.#enter('up', null);
      },
      onDown: () => {
        if (isCurrent) this.#enter('connecting', null);
      },
      onLost: (error) => {
        if (!isCurrent) return;
        this.#link = null;
        this.#lost(error);
      },
    });
    this.#link = {
      close: () => {
        isCurrent = false;
        link.close();
      },
    };
  }

  #lost(error: ApiError | null): void {
    if (error && FINAL.has(error.code)) {
      this.#enter('refused', error);
      return;
    }
    const { random } = this.#options.timers;
    // What worked before and could not be healed is worth one try at once.
    const isPatient = this.#isPatient && !this.#wasUp;
    this.#wasUp = false;
    const delayMs = isPatient
      ? PATIENT_MS * (0.75 + random() / 2)
      : reconnectDelayMs(this.#attempt, random);
    this.#attempt += 1;
    this.#waitFor(delayMs, error);
  }

  #waitFor(delayMs: number, error: ApiError | null): void {
    this.#enter('waiting', error);
    this.#cancelTimer = this.#options.timers.after(delayMs, () => this.#connect());
  }

  #drop(): void {
    this.#cancelTimer();
    this.#link?.close();
    this.#link = null;
  }

  #enter(state: KeeperState, error: ApiError | null): void {
    this.#state = state;
    this.#options.onChange(state, error);
  }
}

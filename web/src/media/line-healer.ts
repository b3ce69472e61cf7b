import { ApiError } from '../api/errors';
import type { Timers } from '../api/timers';

/** A line may be down this long before others are told, and a restart may take as long. */
export const HEAL_MS = 3_000;
/** A try may hang in a dead TCP connection, so that the next does not wait for it. */
export const ASK_EVERY_MS = 1_000;
/** At most four tries at once: browsers open six connections to a server. */
const ASK_MS = 4_000;
/**
 * Then a new connection is tried as well. Until then a server that has forgotten us
 * (30 s without consent) says so as soon as it is reached.
 */
const GIVE_UP_MS = 90_000;

export interface HealerOptions {
  timers: Timers;
  /** Ask the server for an ICE restart; asking again does no harm. Throws `ApiError`. */
  ask: (signal: AbortSignal) => Promise<string>;
  apply: (fragment: string) => Promise<void>;
  onDown: () => void;
  /** Only a new connection can help. */
  onFailed: () => void;
}

/** Brings a connection whose line has changed or was cut back by an ICE restart. */
export class LineHealer {
  readonly #options: HealerOptions;
  #tries = new Set<AbortController>();
  #isDown = false;
  #isAnswered = false;
  #cancels: (() => void)[] = [];
  #cancelNext: () => void = () => undefined;

  constructor(options: HealerOptions) {
    this.#options = options;
  }

  /** The line is down. */
  begin(): void {
    if (this.#isDown) return;
    this.end();
    this.#isDown = true;
    const { timers, onDown, onFailed } = this.#options;
    this.#cancels = [timers.after(HEAL_MS, onDown), timers.after(GIVE_UP_MS, onFailed)];
    this.#askOften();
  }

  /** The network is another: ask at once, even if the line seems to be there. */
  nudge(): void {
    if (this.#isDown && !this.#isAnswered) this.#askOften();
    else if (!this.#isDown && this.#tries.size === 0) void this.#try();
  }

  /** The line is there, or is not wanted any more. */
  end(): void {
    this.#stopAsking();
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
    this.#isDown = this.#isAnswered = false;
  }

  #askOften(): void {
    this.#cancelNext();
    this.#cancelNext = this.#options.timers.after(ASK_EVERY_MS, () => this.#askOften());
    void this.#try();
  }

  async #try(): Promise<void> {
    const attempt = new AbortController();
    const cancelTimeout = this.#options.timers.after(ASK_MS, () => attempt.abort());
    this.#tries.add(attempt);
    try {
      const fragment = await this.#options.ask(attempt.signal);
      if (!this.#tries.has(attempt)) return;
      this.#answered();
      await this.#options.apply(fragment);
    } catch (thrown) {
      const isOffline = thrown instanceof ApiError && thrown.code === 'offline';
      const isMine = this.#tries.has(attempt) || this.#isAnswered;
      if (this.#isDown && isMine && !isOffline) this.#options.onFailed();
    } finally {
      cancelTimeout();
      this.#tries.delete(attempt);
    }
  }

  #answered(): void {
    this.#stopAsking();
    if (!this.#isDown) return;
    this.#isAnswered = true;
    this.#cancels.push(this.#options.timers.after(HEAL_MS, this.#options.onFailed));
  }

  #stopAsking(): void {
    this.#cancelNext();
    for (const attempt of this.#tries) attempt.abort();
    this.#tries.clear();
  }
}

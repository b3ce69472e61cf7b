import { getIceServers } from '../api/endpoints';
import { realTimers, type Timers } from '../api/timers';
import type { IceServers } from '../api/types.gen';

/** Asked again after this share of a credential's life, so that an offer has time left. */
const FRESH_SHARE = 0.5;
/** Without relays, ask again after this: the operator may have added one. */
const NONE_MS = 600_000;
/** An offer waits no longer than this for its credentials. */
const PATIENCE_MS = 1_000;

/**
 * The operator's relays (TURN). They are offered only after the direct way has failed:
 * Chromium stops looking for others as soon as one works, and a relay close by answers
 * before it has tried TCP; and a join storm would ask for 300 allocations nobody needs.
 */
export class Relays {
  readonly #timers: Timers;
  readonly #fetch: () => Promise<IceServers>;
  #known: RTCIceServer[] = [];
  #areNeeded = false;
  #freshUntilMs = 0;
  #asking: Promise<void> | null = null;

  constructor(timers: Timers, fetch: () => Promise<IceServers>) {
    this.#timers = timers;
    this.#fetch = fetch;
  }

  /** Call as soon as media may be wanted. Never rejects. */
  prepare(): Promise<void> {
    if (this.#timers.monotonic() < this.#freshUntilMs) return Promise.resolve();
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  /** The direct way does not work here. True when relays, not tried yet, may help. */
  need(): boolean {
    const isNews = !this.#areNeeded && this.#known.length > 0;
    this.#areNeeded ||= isNews;
    return isNews;
  }

  /** Those for an offer made now: none until they are needed. */
  async forOffer(): Promise<RTCIceServer[]> {
    if (!this.#areNeeded) return [];
    let cancel: () => void = () => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = this.#timers.after(PATIENCE_MS, resolve);
    });
    await Promise.race([this.prepare(), late]);
    cancel();
    return this.#known;
  }

  async #ask(): Promise<void> {
    try {
      const { urls, username, credential, ttl_s } = await this.#fetch();
      this.#known = urls.length > 0 ? [{ urls, username, credential }] : [];
      const freshMs = urls.length > 0 ? ttl_s * 1_000 * FRESH_SHARE : NONE_MS;
      this.#freshUntilMs = this.#timers.monotonic() + freshMs;
    } catch {
      // Those known before may still be good; the next call asks again.
    }
  }
}

export const relays = new Relays(realTimers, getIceServers);

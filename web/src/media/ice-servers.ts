import { getIceServers } from '../api/endpoints';
import { realTimers, type Timers } from '../api/timers';
import type { IceServers } from '../api/types.gen';

/** Asked again after this share of a credential's life, so that an offer has time left. */
const FRESH_SHARE = 0.5;
/** Without relays, ask again after this: the operator may have added one. */
const NONE_MS = 600_000;
/** An offer waits no longer than this: the direct way matters more. */
const PATIENCE_MS = 1_000;

/** The operator's relays (TURN), asked for once and again before they run out. */
export class IceServerSource {
  readonly #timers: Timers;
  readonly #fetch: () => Promise<IceServers>;
  #known: RTCIceServer[] = [];
  #freshUntilMs = 0;
  #asking: Promise<void> | null = null;

  constructor(timers: Timers, fetch: () => Promise<IceServers>) {
    this.#timers = timers;
    this.#fetch = fetch;
  }

  /** Call as soon as media may be wanted; an offer then need not wait. Never rejects. */
  prepare(): Promise<void> {
    if (this.#timers.monotonic() < this.#freshUntilMs) return Promise.resolve();
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  /** Relays for an offer made now; none when the server does not say in time. */
  async get(): Promise<RTCIceServer[]> {
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
      // Those known before may still be good; the next offer asks again.
    }
  }
}

export const iceServers = new IceServerSource(realTimers, getIceServers);

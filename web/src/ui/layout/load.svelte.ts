import { ApiError } from '../../api/errors';

/** One answer of the server that a page needs: on its way, here, or failed. */
export class Loaded<T> {
  value = $state.raw<T>();
  error = $state.raw<unknown>();
  readonly #fetch: () => Promise<T>;

  constructor(fetch: () => Promise<T>) {
    this.#fetch = fetch;
  }

  get isLost(): boolean {
    return this.error instanceof ApiError && this.error.status === 404;
  }

  /** Ask; what is already shown stays when a later ask fails. */
  readonly load = async (): Promise<void> => {
    try {
      this.value = await this.#fetch();
      this.error = undefined;
    } catch (error) {
      this.error = error;
    }
  };
}

/** Ask now and every `everyMs` while the page is looked at; returns the stop. */
export function refreshing(load: () => Promise<void>, everyMs: number): () => void {
  const ask = () => {
    if (!document.hidden) void load();
  };
  void load();
  const timer = setInterval(ask, everyMs);
  document.addEventListener('visibilitychange', ask);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', ask);
  };
}

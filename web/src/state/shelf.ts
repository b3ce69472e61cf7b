/** The little of `localStorage` that is used. */
export interface Shelf {
  get(key: string): string | null;
  set(key: string, value: string): void;
}

/** Keeps small choices on this device; private windows may refuse it. */
export const browserShelf: Shelf = {
  get: (key) => {
    try {
      return localStorage.getItem(`hallcast.${key}`);
    } catch {
      return null;
    }
  },
  set: (key, value) => {
    try {
      localStorage.setItem(`hallcast.${key}`, value);
    } catch {
      // The choice then lasts until the page is closed.
    }
  },
};

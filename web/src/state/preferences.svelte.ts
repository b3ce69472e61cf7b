/** How this person likes to see things, kept on this device. */

export const THEMES = ['auto', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

/** Root font size in per cent, A- to A+. */
export const TEXT_SIZES = [87.5, 100, 112.5, 125, 150, 175, 200] as const;
const NORMAL_SIZE = 1;

/** The little of `localStorage` that is used; private windows may refuse it. */
export interface Shelf {
  get(key: string): string | null;
  set(key: string, value: string): void;
}

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

export class Preferences {
  readonly #shelf: Shelf;
  #theme = $state<Theme>('auto');
  #size = $state(NORMAL_SIZE);

  constructor(shelf: Shelf = browserShelf) {
    this.#shelf = shelf;
    this.#theme = THEMES.find((theme) => theme === shelf.get('theme')) ?? 'auto';
    const percent = Number(shelf.get('text-size') ?? 100);
    const index = TEXT_SIZES.findIndex((size) => size === percent);
    this.#size = index === -1 ? NORMAL_SIZE : index;
  }

  get theme(): Theme {
    return this.#theme;
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    this.#shelf.set('theme', theme);
  }

  get textPercent(): number {
    return TEXT_SIZES[this.#size] ?? 100;
  }

  get canGrow(): boolean {
    return this.#size < TEXT_SIZES.length - 1;
  }

  get canShrink(): boolean {
    return this.#size > 0;
  }

  growText(): void {
    this.#resize(this.#size + 1);
  }

  shrinkText(): void {
    this.#resize(this.#size - 1);
  }

  #resize(index: number): void {
    this.#size = Math.max(0, Math.min(TEXT_SIZES.length - 1, index));
    this.#shelf.set('text-size', String(this.textPercent));
  }
}

/** What `auto` means on this device now. */
export function resolveTheme(
  theme: Theme,
  system: { prefersDark: boolean; prefersContrast: boolean },
): Exclude<Theme, 'auto'> {
  if (theme !== 'auto') return theme;
  if (system.prefersContrast) return 'contrast';
  return system.prefersDark ? 'dark' : 'light';
}

export const preferences = new Preferences();

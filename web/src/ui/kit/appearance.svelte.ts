// How this person wants the screen: colours and text size. Kept on this device, set on
// <html>, where tokens.css and base.css read them.

export const THEMES = ['system', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

/** Steps of A- and A+ in percent of the browser's own size. */
export const TEXT_STEPS = [87.5, 100, 112.5, 125, 150, 175, 200] as const;

const THEME_KEY = 'hallcast.theme';
const TEXT_KEY = 'hallcast.text-percent';

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // Private windows of some browsers refuse storage.
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Then it holds for this visit only.
  }
}

class Appearance {
  theme = $state<Theme>('system');
  textPercent = $state<number>(100);

  /** Read the choices and follow the system's; call once, before the first page. */
  start(): void {
    const theme = stored(THEME_KEY);
    this.theme = THEMES.find((known) => known === theme) ?? 'system';
    const percent = Number(stored(TEXT_KEY));
    this.textPercent = TEXT_STEPS.find((step) => step === percent) ?? 100;
    for (const query of [DARK, CONTRAST]) {
      matchMedia(query).addEventListener('change', () => this.#show());
    }
    this.#show();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    store(THEME_KEY, theme);
    this.#show();
  }

  get canShrink(): boolean {
    return this.textPercent > TEXT_STEPS[0];
  }

  get canGrow(): boolean {
    return this.textPercent < 200;
  }

  shrink(): void {
    this.#setText(TEXT_STEPS.filter((step) => step < this.textPercent).at(-1));
  }

  grow(): void {
    this.#setText(TEXT_STEPS.find((step) => step > this.textPercent));
  }

  #setText(percent: number | undefined): void {
    if (percent === undefined) return;
    this.textPercent = percent;
    store(TEXT_KEY, String(percent));
    this.#show();
  }

  #show(): void {
    const root = document.documentElement;
    root.dataset.theme = this.theme === 'system' ? systemTheme() : this.theme;
    root.style.setProperty('--text-scale', String(this.textPercent / 100));
  }
}

const DARK = '(prefers-color-scheme: dark)';
const CONTRAST = '(prefers-contrast: more)';

function systemTheme(): Exclude<Theme, 'system'> {
  if (matchMedia(CONTRAST).matches) return 'contrast';
  return matchMedia(DARK).matches ? 'dark' : 'light';
}

export const appearance = new Appearance();

import type { Locale } from '../api/types.gen';
import { Catalogue, type Args } from './catalogue';
import type { Formatter } from './format';
import { FALLBACK, type Area } from './locales';
import { builtSources, type Sources } from './sources';

/**
 * Texts in the person's language. `t`, `locale` and `format` are tracked where they are
 * read, so a template changes language without a reload.
 */
export class I18n {
  readonly #sources: Sources;
  readonly #wanted = new Set<Area>();
  readonly #catalogues = new Map<Locale, Catalogue>();
  #active = $state.raw<Catalogue | null>(null);
  #version = $state(0);
  #switches = 0;

  constructor(sources: Sources = builtSources) {
    this.#sources = sources;
  }

  get locale(): Locale {
    return this.#active?.locale ?? FALLBACK;
  }

  /** Dates, times and numbers. Before the first `setLocale` this throws. */
  get format(): Formatter {
    if (!this.#active) throw new Error('no locale is loaded yet');
    return this.#active.formatter;
  }

  /** Load a locale with the areas in use, then show it. The newest wish wins. */
  async setLocale(locale: Locale): Promise<void> {
    const turn = ++this.#switches;
    const catalogue = await this.#load(locale);
    if (turn === this.#switches) this.#active = catalogue;
  }

  /** Have the texts of these areas, now and in every later language. */
  async need(...areas: Area[]): Promise<void> {
    for (const area of areas) this.#wanted.add(area);
    if (this.#active) await this.#load(this.#active.locale);
  }

  /** The text, else the English one, else the id itself. */
  readonly t = (id: string, args: Args = {}): string => {
    // Read so that a text which arrives later is shown then.
    void this.#version;
    const text = this.#active?.format(id, args);
    if (text !== null && text !== undefined) return text;
    return this.#fallback(id, args) ?? id;
  };

  has(id: string): boolean {
    return this.t(id) !== id;
  }

  #fallback(id: string, args: Args): string | null {
    if (this.#active === null || this.#active.locale === FALLBACK) return null;
    const english = this.#catalogues.get(FALLBACK);
    if (!english || [...this.#wanted].some((area) => !english.areas.has(area))) {
      // A missing chunk of English leaves the id on screen; nothing more can be done.
      this.#load(FALLBACK).catch(() => undefined);
    }
    return english?.format(id, args) ?? null;
  }

  async #load(locale: Locale): Promise<Catalogue> {
    let catalogue = this.#catalogues.get(locale);
    if (!catalogue) {
      const table = await this.#sources.table(locale);
      catalogue = this.#catalogues.get(locale) ?? new Catalogue(locale, table);
      this.#catalogues.set(locale, catalogue);
    }
    await this.#fill(catalogue);
    return catalogue;
  }

  async #fill(catalogue: Catalogue): Promise<void> {
    const missing = [...this.#wanted].filter((area) => !catalogue.areas.has(area));
    if (missing.length === 0) return;
    await Promise.all(
      missing.map(async (area) => {
        catalogue.add(area, await this.#sources.text(catalogue.locale, area));
      }),
    );
    this.#version += 1;
  }
}

export const i18n = new I18n();
export const t = i18n.t;

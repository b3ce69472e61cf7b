import { FluentBundle, FluentResource } from '@fluent/bundle';
import type { Locale } from '../api/types.gen';
import { Formatter, type FormatTable } from './format';
import { LocalNumber, numberFunction } from './local-number';
import type { Area } from './locales';

export type Args = Record<string, string | number>;

/** The texts of one locale, area by area as they arrive. */
export class Catalogue {
  readonly locale: Locale;
  readonly formatter: Formatter;
  readonly areas = new Set<Area>();
  readonly #bundle: FluentBundle;

  constructor(locale: Locale, table: FormatTable) {
    this.locale = locale;
    this.formatter = new Formatter(locale, table);
    this.#bundle = new FluentBundle(locale, {
      // All our languages run left to right; the marks would show in titles and tests.
      useIsolating: false,
      functions: { NUMBER: numberFunction(this.formatter) },
    });
  }

  add(area: Area, source: string): void {
    if (this.areas.has(area)) return;
    this.areas.add(area);
    this.#bundle.addResource(new FluentResource(source));
  }

  /** The text of `id` or of its attribute (`id.attribute`); null when there is none. */
  format(id: string, args: Args): string | null {
    const [name = id, attribute] = id.split('.');
    const message = this.#bundle.getMessage(name);
    const pattern = attribute === undefined ? message?.value : message?.attributes[attribute];
    if (!pattern) return null;
    const values = Object.fromEntries(
      Object.entries(args).map(([key, value]) => [
        key,
        typeof value === 'number' ? new LocalNumber(value, this.formatter) : value,
      ]),
    );
    const errors: Error[] = [];
    return this.#bundle.formatPattern(pattern, values, errors);
  }
}

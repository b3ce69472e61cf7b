import { FluentNumber, type FluentValue } from '@fluent/bundle';
import type { Formatter } from './format';

/**
 * A number in a Fluent message. Fluent would print it by `Intl`, which lacks Kazakh in
 * Chromium; the plural category, which Fluent takes from the value, is right there.
 */
export class LocalNumber extends FluentNumber {
  readonly #formatter: Formatter;

  constructor(value: number, formatter: Formatter, digits = Number.isInteger(value) ? 0 : 1) {
    super(value, { maximumFractionDigits: digits });
    this.#formatter = formatter;
  }

  override toString(): string {
    return this.#formatter.number(this.value, this.opts.maximumFractionDigits);
  }
}

/** `NUMBER($n, maximumFractionDigits: 1)` in a message. */
export function numberFunction(formatter: Formatter) {
  return (args: FluentValue[], options: Record<string, FluentValue>): FluentValue => {
    const value = args[0];
    if (!(value instanceof FluentNumber)) throw new TypeError('NUMBER takes a number');
    const digits = options.maximumFractionDigits;
    return new LocalNumber(
      value.value,
      formatter,
      digits instanceof FluentNumber ? digits.value : undefined,
    );
  };
}

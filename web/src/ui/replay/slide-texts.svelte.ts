import { SvelteMap } from 'svelte/reactivity';
import { getDeckText } from '../../api/endpoints';

const LONGEST_TITLE = 80;

/** Words on the slides, fetched once a deck; empty until they come. */
export class SlideTexts {
  readonly #pages = new SvelteMap<string, string[]>();
  readonly #asked = new Set<string>();

  need(deckIds: Iterable<string>): void {
    for (const deckId of deckIds) {
      if (this.#asked.has(deckId)) continue;
      this.#asked.add(deckId);
      getDeckText(deckId).then(
        (text) => this.#pages.set(deckId, text.pages),
        // Chapters then go by their numbers.
        () => this.#asked.delete(deckId),
      );
    }
  }

  text(deckId: string, page: number): string {
    return this.#pages.get(deckId)?.[page - 1] ?? '';
  }

  /** The first line of a page: its heading, nearly always. */
  title(deckId: string, page: number): string {
    const line = this.text(deckId, page)
      .split('\n')
      .map((each) => each.trim())
      .find((each) => each.length > 2);
    if (!line || line.length <= LONGEST_TITLE) return line ?? '';
    return `${line.slice(0, LONGEST_TITLE - 1).trimEnd()}…`;
  }
}

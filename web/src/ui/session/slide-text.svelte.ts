/** Words of each deck's pages, fetched once when first asked for. */
import { getDeckText } from '../../api/endpoints';
import type { Slide } from '../../api/types.gen';

export class SlideTexts {
  #pages = $state<Record<string, string[]>>({});
  readonly #asked = new Set<string>();

  /** Call from an effect: makes the text of this deck come. */
  want(deckId: string | undefined): void {
    if (!deckId || this.#asked.has(deckId)) return;
    this.#asked.add(deckId);
    getDeckText(deckId).then(
      (text) => (this.#pages[deckId] = text.pages),
      // The pictures still stand; another screen of this deck asks again.
      () => this.#asked.delete(deckId),
    );
  }

  pagesOf(deckId: string | undefined): readonly string[] {
    return (deckId && this.#pages[deckId]) || [];
  }

  of(slide: Slide | null): string {
    return (slide && this.pagesOf(slide.deck_id)[slide.page - 1]) || '';
  }
}

export const slideTexts = new SlideTexts();

import { getDeck } from '../../api/endpoints';
import type { DeckInfo } from '../../api/types.gen';

const POLL_MS = 1000;

/** The slides of a seminar as they are now: asks each second while some are rendered. */
export class DeckWatch {
  decks = $state.raw<readonly DeckInfo[]>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Follow these decks; the pair of `close`. */
  open(decks: readonly DeckInfo[]): void {
    this.close();
    this.decks = decks;
    if (decks.some((deck) => deck.status === 'rendering')) {
      this.#timer = setTimeout(() => void this.#refresh(), POLL_MS);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  async #refresh(): Promise<void> {
    const asked = this.decks;
    const answers = await Promise.all(
      asked.map((deck) =>
        // A lost answer keeps what is known; the next round asks again.
        deck.status === 'rendering' ? getDeck(deck.deck_id).catch(() => deck) : deck,
      ),
    );
    if (asked === this.decks) this.open(answers);
  }
}

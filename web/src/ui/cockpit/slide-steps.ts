/** Where the arrows lead. */
import type { Deck, Slide, State } from '../../api/types.gen';

export interface SlideStep {
  deckId: string;
  page: number;
  pages: number;
}

function at(deck: Deck | undefined, page: number): SlideStep | null {
  if (!deck || page < 1 || page > deck.pages) return null;
  return { deckId: deck.deck_id, page, pages: deck.pages };
}

/** The slide on air; before the first one null. */
export function slideNow(session: Pick<State, 'slide' | 'decks'>): SlideStep | null {
  const { slide, decks } = session;
  return at(deckOf(slide, decks), slide?.page ?? 0);
}

/** `by` is 1 for the next and -1 for the one before; null at either end. */
export function slideBeside(session: Pick<State, 'slide' | 'decks'>, by: 1 | -1): SlideStep | null {
  const { slide, decks } = session;
  if (!slide) return by === 1 ? at(decks[0], 1) : null;
  return at(deckOf(slide, decks), slide.page + by);
}

function deckOf(slide: Slide | null, decks: readonly Deck[]): Deck | undefined {
  return decks.find((deck) => deck.deck_id === slide?.deck_id);
}

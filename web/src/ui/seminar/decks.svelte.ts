import { deleteDeck, getDeck } from '../../api/endpoints';
import { uploadPdf } from '../../api/upload';
import type { DeckInfo } from '../../api/types.gen';
import { deckError } from './deck-problem';

const POLL_MS = 1000;
const PDF_MAGIC = '%PDF-';

/** A set of slides on its way or in place. */
export interface DeckItem {
  key: number;
  title: string;
  file: File | null;
  /** 0 to 1 while it is sent. */
  sent: number | null;
  deck: DeckInfo | null;
  /** What to tell the person; the file can be sent again unless the deck is bad. */
  error: unknown;
}

let lastKey = 0;

function item(fields: Partial<DeckItem>): DeckItem {
  const empty = { title: '', file: null, sent: null, deck: null, error: undefined };
  return { key: ++lastKey, ...empty, ...fields };
}

async function isPdf(file: File): Promise<boolean> {
  // The mark may come after some other bytes; readers allow 1,024.
  return (await file.slice(0, 1024).text()).includes(PDF_MAGIC);
}

/** The slides of one seminar while it is edited. A new seminar has no id until saved. */
export class Decks {
  items = $state<DeckItem[]>([]);
  #seminarId: string | undefined;
  #closed = false;

  open(seminarId: string, decks: readonly DeckInfo[]): void {
    this.#seminarId = seminarId;
    this.items = decks.map((deck) => item({ title: deck.title, deck }));
    for (const each of this.items) void this.#watch(each);
  }

  close(): void {
    this.#closed = true;
  }

  get isWaiting(): boolean {
    return this.items.some((each) => each.file && !each.deck && !each.error);
  }

  get hasFailed(): boolean {
    return this.items.some((each) => each.error !== undefined);
  }

  async add(files: Iterable<File>): Promise<void> {
    for (const file of files) {
      const title = file.name.replace(/\.pdf$/i, '').slice(0, 200);
      this.items.push(item({ title, file }));
      const added = this.items.at(-1);
      if (!added) continue;
      if (!(await isPdf(file))) {
        added.error = deckError('pdf_unreadable');
      } else if (this.#seminarId) await this.#send(added);
    }
  }

  /** The seminar is saved now: send what waited for it. */
  async sendWaiting(seminarId: string): Promise<void> {
    this.#seminarId = seminarId;
    for (const each of this.items) {
      if (each.file && !each.deck && each.error === undefined) await this.#send(each);
    }
  }

  async retry(each: DeckItem): Promise<void> {
    each.error = undefined;
    if (this.#seminarId) await this.#send(each);
  }

  /** Throws `ApiError` when the server keeps it. */
  async remove(each: DeckItem): Promise<void> {
    if (each.deck) await deleteDeck(each.deck.deck_id);
    this.items = this.items.filter(({ key }) => key !== each.key);
  }

  async #send(each: DeckItem): Promise<void> {
    if (!each.file || !this.#seminarId || each.sent !== null) return;
    each.sent = 0;
    try {
      each.deck = await uploadPdf(this.#seminarId, each.file, each.title, (share) => {
        each.sent = share;
      });
      void this.#watch(each);
    } catch (error) {
      each.error = error;
    }
    each.sent = null;
  }

  async #watch(each: DeckItem): Promise<void> {
    while (!this.#closed && each.deck?.status === 'rendering') {
      await new Promise((wake) => setTimeout(wake, POLL_MS));
      // A missed answer is asked for again a second later.
      each.deck = await getDeck(each.deck.deck_id).catch(() => each.deck);
    }
    if (each.deck?.status === 'failed') {
      each.error = deckError(each.deck.error);
    }
  }
}

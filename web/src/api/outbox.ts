import { ApiError, localError } from './errors';
import type { OutboxStore, StoredCommand } from './outbox-store';
import type { Timers } from './timers';
import type { Command, CommandAck, CommandRequest, ErrorBody } from './types.gen';

/** `waiting`: kept here until the line is back. A saved one is no longer listed. */
export type OutboxStatus = 'waiting' | 'sending' | 'failed';

export interface OutboxItem {
  key: string;
  command: Command;
  status: OutboxStatus;
  createdAtMs: number;
  error: ErrorBody | null;
}

export interface OutboxOptions {
  store: OutboxStore;
  timers: Timers;
  makeKey: () => string;
  isOnline: () => boolean;
  /** Rejects when no ack came. */
  send: (request: CommandRequest) => Promise<CommandAck>;
  onChange: (items: readonly OutboxItem[]) => void;
}

/** What a person says or decides is kept until the server has it; the rest is of the moment. */
const LASTING = new Set<Command['type']>(['poll.vote', 'chat.post', 'hand.raise', 'hand.lower']);
/** A button pressed longer ago than this without an ack does nothing any more. */
const MOMENT_MS = 15_000;
const RETRY_MS = 1_000;
/** Errors of the server that may pass, and how often to try all the same. */
const PASSING = new Set(['rate_limited', 'internal']);
const PASSING_TRIES = 8;

interface Entry extends OutboxItem {
  isLasting: boolean;
  tries: number;
  settle: (result: CommandAck | ApiError) => void;
}

/**
 * Commands in the order they were given, one at a time, each with a key made here, so
 * that sending it again after a lost ack does it once. Lasting ones are written to the
 * device before the first try.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #entries: Entry[] = [];
  #scope = '';
  #isSending = false;
  #cancelRetry: () => void = () => undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get items(): readonly OutboxItem[] {
    return this.#entries;
  }

  /** Take up what an earlier page of this person left, and send. */
  async resume(scope: string): Promise<void> {
    if (this.#scope !== scope) {
      this.#scope = scope;
      const stored = await this.#options.store.load(scope).catch(() => []);
      const known = new Set(this.#entries.map((entry) => entry.key));
      const missed = stored.filter((item) => !known.has(item.key)).map(revive);
      this.#entries = [...missed, ...this.#entries];
      this.#changed();
    }
    this.pump();
  }

  /** Resolves with the ack; rejects with `ApiError` when refused or too old. */
  async send(command: Command): Promise<CommandAck> {
    const { makeKey, timers, store } = this.#options;
    const isLasting = LASTING.has(command.type);
    const key = makeKey();
    const createdAtMs = timers.now();
    if (isLasting) {
      const item = { key, scope: this.#scope, command, createdAtMs };
      // A full or refused disk must not stop a vote: then it lasts as long as the page.
      await store.put(item).catch(() => undefined);
    }
    return new Promise((resolve, reject) => {
      const settle = (result: CommandAck | ApiError) =>
        result instanceof ApiError ? reject(result) : resolve(result);
      const entry = { key, command, createdAtMs, isLasting, settle, ...FRESH };
      this.#entries = [...this.#entries, entry];
      if (!isLasting) timers.after(MOMENT_MS, () => this.#expire(key));
      this.#changed();
      this.pump();
    });
  }

  /** Try a failed one again. */
  retry(key: string): void {
    this.#patch(key, { ...FRESH });
    this.pump();
  }

  /** Forget a failed one. */
  dismiss(key: string): void {
    this.#drop(key);
  }

  /** Send what waits, if the line is there. */
  pump(): void {
    if (this.#isSending || !this.#options.isOnline()) return;
    const next = this.#entries.find((entry) => entry.status !== 'failed');
    if (!next) return;
    this.#isSending = true;
    this.#patch(next.key, { status: 'sending', tries: next.tries + 1 });
    const request = { key: next.key, command: { ...next.command } };
    this.#options.send(request).then(
      (ack) => this.#answered(next.key, ack),
      () => this.#unanswered(next.key),
    );
  }

  close(): void {
    this.#cancelRetry();
  }

  #answered(key: string, ack: CommandAck): void {
    this.#isSending = false;
    const entry = this.#entries.find((each) => each.key === key);
    const error = ack.ok ? null : (ack.error ?? localError('internal', 'refused'));
    if (entry && error && PASSING.has(error.code) && entry.tries < PASSING_TRIES) {
      this.#retryLater(key);
    } else if (error) {
      this.#fail(key, error);
      this.pump();
    } else {
      this.#drop(key);
      entry?.settle(ack);
      this.pump();
    }
  }

  #unanswered(key: string): void {
    this.#isSending = false;
    this.#retryLater(key);
  }

  #retryLater(key: string): void {
    this.#patch(key, { status: 'waiting' });
    this.#cancelRetry();
    this.#cancelRetry = this.#options.timers.after(RETRY_MS, () => this.pump());
  }

  #fail(key: string, error: ErrorBody): void {
    const entry = this.#entries.find((each) => each.key === key);
    if (!entry) return;
    // A refused wish must not come back with the next page.
    this.#options.store.remove(key).catch(() => undefined);
    if (entry.isLasting) this.#patch(key, { status: 'failed', error });
    else this.#drop(key);
    entry.settle(new ApiError(error, 0));
  }

  #expire(key: string): void {
    this.#fail(key, localError('offline', 'no answer in time'));
  }

  #drop(key: string): void {
    this.#entries = this.#entries.filter((entry) => entry.key !== key);
    this.#options.store.remove(key).catch(() => undefined);
    this.#changed();
  }

  #patch(key: string, patch: Partial<Entry>): void {
    this.#entries = this.#entries.map((entry) =>
      entry.key === key ? { ...entry, ...patch } : entry,
    );
    this.#changed();
  }

  #changed(): void {
    this.#options.onChange(this.#entries);
  }
}

const FRESH = { status: 'waiting', error: null, tries: 0 } as const;

function revive(item: StoredCommand): Entry {
  const { key, command, createdAtMs } = item;
  const settle = () => undefined;
  return { key, command, createdAtMs, isLasting: true, settle, ...FRESH };
}

import type { Command } from './types.gen';

/** A command on its way, as it is kept on this device. */
export interface StoredCommand {
  key: string;
  /** Session and participant: nobody else's commands are ever sent. */
  scope: string;
  command: Command;
  createdAtMs: number;
}

export interface OutboxStore {
  load(scope: string): Promise<StoredCommand[]>;
  put(item: StoredCommand): Promise<void>;
  remove(key: string): Promise<void>;
}

const DATABASE = 'hallcast';
const TABLE = 'outbox';
/** What is older was meant for a seminar long over. */
const KEEP_MS = 7 * 24 * 3_600_000;

function promised<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
  });
}

function openDatabase(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(TABLE, { keyPath: 'key' });
  };
  return promised(request);
}

/** Survives a reload and a crash of the browser. */
export class IndexedDbOutbox implements OutboxStore {
  readonly #database: Promise<IDBDatabase>;
  readonly #now: () => number;

  constructor(factory: IDBFactory, now: () => number) {
    this.#database = openDatabase(factory);
    this.#now = now;
    // A refusal is seen by whoever uses it next.
    this.#database.catch(() => undefined);
  }

  async load(scope: string): Promise<StoredCommand[]> {
    const table = await this.#table('readonly');
    const all = (await promised(table.getAll())) as StoredCommand[];
    const oldest = this.#now() - KEEP_MS;
    for (const item of all) if (item.createdAtMs < oldest) await this.remove(item.key);
    return all
      .filter((item) => item.scope === scope && item.createdAtMs >= oldest)
      .sort((a, b) => a.createdAtMs - b.createdAtMs);
  }

  async put(item: StoredCommand): Promise<void> {
    const table = await this.#table('readwrite');
    await promised(table.put(item));
  }

  async remove(key: string): Promise<void> {
    const table = await this.#table('readwrite');
    await promised(table.delete(key));
  }

  async #table(mode: IDBTransactionMode): Promise<IDBObjectStore> {
    const database = await this.#database;
    return database.transaction(TABLE, mode, { durability: 'strict' }).objectStore(TABLE);
  }
}

/** For private windows that refuse IndexedDB: kept until the page is closed. */
export class MemoryOutbox implements OutboxStore {
  readonly #items = new Map<string, StoredCommand>();

  async load(scope: string): Promise<StoredCommand[]> {
    return [...this.#items.values()].filter((item) => item.scope === scope);
  }

  async put(item: StoredCommand): Promise<void> {
    this.#items.set(item.key, item);
  }

  async remove(key: string): Promise<void> {
    this.#items.delete(key);
  }
}

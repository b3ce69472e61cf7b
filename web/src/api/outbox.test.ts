import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeTimers, settle } from '../testing/fake-timers';
import { ApiError, localError } from './errors';
import { Outbox, type OutboxItem } from './outbox';
import { IndexedDbOutbox, MemoryOutbox, type OutboxStore } from './outbox-store';
import type { Command, CommandAck, CommandRequest } from './types.gen';

const vote: Command = { type: 'poll.vote', poll_id: 'pol_1', choices: [1] };
const hello: Command = { type: 'chat.post', text: 'hello' };
const slide: Command = { type: 'slide.show', deck_id: 'dck_1', page: 2 };
const OK: CommandAck = { ok: true, seq: 5, error: null };
const refused = (code: string): CommandAck => ({
  ok: false,
  seq: null,
  error: localError(code, code),
});

class FakeLine {
  isOnline = true;
  sent: CommandRequest[] = [];
  #waiting: { answer: (ack: CommandAck) => void; lose: () => void }[] = [];

  readonly send = (request: CommandRequest) => {
    this.sent.push(request);
    return new Promise<CommandAck>((answer, reject) => {
      this.#waiting.push({ answer, lose: () => reject(new Error('no ack')) });
    });
  };

  async answer(ack: CommandAck): Promise<void> {
    this.#waiting.shift()?.answer(ack);
    await settle();
  }

  async lose(): Promise<void> {
    this.#waiting.shift()?.lose();
    await settle();
  }
}

let timers: FakeTimers;
let line: FakeLine;
let store: OutboxStore;
let items: readonly OutboxItem[];
let keys: number;

function makeOutbox(): Outbox {
  return new Outbox({
    store,
    timers,
    makeKey: () => `key-${String((keys += 1)).padStart(16, '0')}`,
    isOnline: () => line.isOnline,
    send: line.send,
    onChange: (now) => (items = now),
  });
}

beforeEach(() => {
  timers = new FakeTimers();
  line = new FakeLine();
  store = new MemoryOutbox();
  items = [];
  keys = 0;
});

describe('Outbox', () => {
  it('sends a vote with a key of its own and is done at the ack', async () => {
    const outbox = makeOutbox();
    await outbox.resume('ses_1/par_1');
    const done = outbox.send(vote);
    await settle();
    expect(items.map(({ status }) => status)).toEqual(['sending']);
    await line.answer(OK);
    await expect(done).resolves.toEqual(OK);
    expect(items).toEqual([]);
    expect(await store.load('ses_1/par_1')).toEqual([]);
  });

  it('writes a vote to the device before it sends it', async () => {
    const outbox = makeOutbox();
    await outbox.resume('ses_1/par_1');
    line.isOnline = false;
    void outbox.send(vote);
    await settle();
    expect(line.sent).toEqual([]);
    expect(items.map(({ status }) => status)).toEqual(['waiting']);
    expect((await store.load('ses_1/par_1')).map(({ command }) => command)).toEqual([vote]);
  });

  it('sends again with the same key when the ack was lost', async () => {
    const outbox = makeOutbox();
    await outbox.resume('ses_1/par_1');
    const done = outbox.send(vote);
    await settle();
    await line.lose();
    await timers.advance(1_000);
    await line.answer(OK);
    await done;
    expect(new Set(line.sent.map(({ key }) => key)).size).toBe(1);
    expect(line.sent).toHaveLength(2);
  });

  it('keeps the order and has one command on its way at a time', async () => {
    const outbox = makeOutbox();
    await outbox.resume('ses_1/par_1');
    void outbox.send({ type: 'hand.raise' });
    void outbox.send({ type: 'hand.lower' });
    await settle();
    expect(line.sent).toHaveLength(1);
    await line.lose();
    await timers.advance(1_000);
    await line.answer(OK);
    await line.answer(OK);
    expect(line.sent.map(({ command }) => command.type)).toEqual([
      'hand.raise',
      'hand.raise',
      'hand.lower',
    ]);
  });

  it('sends what an earlier page of the same person left, and no one elses', async () => {
    line.isOnline = false;
    const first = makeOutbox();
    await first.resume('ses_1/par_1');
    void first.send(vote);
    await settle();
    line.isOnline = true;
    await makeOutbox().resume('ses_1/par_2');
    expect(line.sent).toEqual([]);
    await makeOutbox().resume('ses_1/par_1');
    expect(line.sent.map(({ command }) => command)).toEqual([vote]);
  });

  it('keeps a refused word on the screen until it is dismissed', async () => {
    const outbox = makeOutbox();
    await outbox.resume('ses_1/par_1');
    const done = outbox.send(hello);
    await settle();
    const refusal = expect(done).rejects.toMatchObject({ code: 'chat_locked' });
    await line.answer(refused('chat_locked'));
    await refusal;
    expect(items.map(({ status, error }) => [status, error?.code])).toEqual([
      ['failed', 'chat_locked'],
    ]);
    expect(await store.load('ses_1/par_1')).toEqual([]);
    outbox.dismiss(items[0]?.key ?? '');
    expect(items).toEqual([]);
  });

  it('tries again by itself when the server asks to slow down', async () => {
    const outbox = makeOutbox();
    await outbox.resume('ses_1/par_1');
    const done = outbox.send(hello);
    await settle();
    await line.answer(refused('rate_limited'));
    expect(items.map(({ status }) => status)).toEqual(['waiting']);
    await timers.advance(1_000);
    await line.answer(OK);
    await expect(done).resolves.toEqual(OK);
  });

  it('drops a button of the moment that nobody answered in 15 s', async () => {
    line.isOnline = false;
    const outbox = makeOutbox();
    await outbox.resume('ses_1/par_1');
    const failure = expect(outbox.send(slide)).rejects.toBeInstanceOf(ApiError);
    await timers.advance(15_000);
    await failure;
    line.isOnline = true;
    outbox.pump();
    expect(line.sent).toEqual([]);
    expect(items).toEqual([]);
  });

  it('still sends a vote after an hour without a line', async () => {
    line.isOnline = false;
    const outbox = makeOutbox();
    await outbox.resume('ses_1/par_1');
    void outbox.send(vote);
    await timers.advance(3_600_000);
    line.isOnline = true;
    outbox.pump();
    expect(line.sent).toHaveLength(1);
  });
});

describe('IndexedDbOutbox', () => {
  it('survives the page, in the order of the clock', async () => {
    const factory = new IDBFactory();
    const first = new IndexedDbOutbox(factory, () => 1_000);
    const base = { scope: 'ses_1/par_1', command: vote };
    await first.put({ ...base, key: 'b', createdAtMs: 20 });
    await first.put({ ...base, key: 'a', createdAtMs: 30 });
    await first.put({ ...base, key: 'c', createdAtMs: 10, scope: 'ses_1/par_2' });
    const second = new IndexedDbOutbox(factory, () => 1_000);
    expect((await second.load('ses_1/par_1')).map(({ key }) => key)).toEqual(['b', 'a']);
    await second.remove('b');
    expect((await first.load('ses_1/par_1')).map(({ key }) => key)).toEqual(['a']);
  });

  it('forgets what is a week old', async () => {
    const factory = new IDBFactory();
    const store = new IndexedDbOutbox(factory, () => 8 * 86_400_000);
    await store.put({ key: 'a', scope: 's', command: vote, createdAtMs: 0 });
    expect(await store.load('s')).toEqual([]);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryOutbox } from '../api/outbox-store';
import { FakeServer, makeState } from '../testing/fake-transport';
import { FakeTimers } from '../testing/fake-timers';
import { Room } from './room.svelte';

let timers: FakeTimers;
let server: FakeServer;
let room: Room;

beforeEach(() => {
  timers = new FakeTimers();
  server = new FakeServer();
  let keys = 0;
  room = new Room('sem_1', {
    makeTransport: server.makeTransport,
    timers,
    store: new MemoryOutbox(),
    makeKey: () => `key-${(keys += 1)}`,
  });
});

describe('Room', () => {
  it('is empty until the welcome and whole after it', () => {
    room.open();
    expect(room.state).toBeNull();
    server.welcome({ seq: 4, roster: { par_me: { name: 'Me', post: '', centre_id: null } } });
    expect([room.phase, room.state?.seq, room.participantId]).toEqual(['online', 4, 'par_me']);
    expect(room.roster['par_me']?.name).toBe('Me');
  });

  it('folds events and names their people', () => {
    room.open();
    server.welcome({ seq: 4 });
    server.events({
      after: 4,
      seq: 6,
      events: [
        { seq: 5, at_ms: 1, by: null, event: { type: 'hand.raised', participant_id: 'par_2' } },
      ],
      roster: { par_2: { name: 'Two', post: 'akim', centre_id: null } },
    });
    expect(room.state?.queue).toEqual(['par_2']);
    expect(room.state?.seq).toBe(6);
    expect(room.roster['par_2']?.post).toBe('akim');
  });

  it('continues its own state when it only missed events', async () => {
    room.open();
    server.welcome({ seq: 4, snapshot: makeState({ queue: ['par_2'], seq: 4 }) });
    server.drop();
    await timers.advance(500);
    server.welcome({
      seq: 5,
      snapshot: null,
      missed: [
        { seq: 5, at_ms: 1, by: null, event: { type: 'hand.raised', participant_id: 'par_3' } },
      ],
    });
    expect(room.state?.queue).toEqual(['par_2', 'par_3']);
  });

  it('tells each event once', async () => {
    const seen: string[] = [];
    room.onEvent((event) => seen.push(event.type));
    room.open();
    server.welcome({ seq: 4 });
    server.events({
      after: 4,
      seq: 5,
      events: [{ seq: 5, at_ms: 1, by: null, event: { type: 'media.restarted', media_epoch: 2 } }],
    });
    server.drop();
    await timers.advance(500);
    server.welcome({ seq: 5, snapshot: null });
    expect(seen).toEqual(['media.restarted']);
  });

  it('keeps a vote that was given without a line, and sends it when it is back', async () => {
    room.open();
    server.welcome();
    await timers.advance(0);
    server.drop();
    const done = room.send({ type: 'poll.vote', poll_id: 'pol_1', choices: [0] });
    await timers.advance(100);
    expect(room.voteStatus('pol_1')).toBe('waiting');
    await timers.advance(400);
    server.welcome({ seq: 10, snapshot: null });
    await timers.advance(0);
    expect(room.voteStatus('pol_1')).toBe('sending');
    server.take('command').answer({ ok: true, seq: 11, error: null });
    await done;
    expect(room.outbox).toEqual([]);
  });

  it('changes nothing by itself: a raised hand is up when its event comes', async () => {
    room.open();
    server.welcome();
    await timers.advance(0);
    void room.send({ type: 'hand.raise' });
    await timers.advance(0);
    server.take('command').answer({ ok: true, seq: 11, error: null });
    await timers.advance(0);
    expect(room.state?.queue).toEqual([]);
  });

  it('says why it was refused', () => {
    room.open();
    server.refuse('seminar_full');
    expect([room.phase, room.refusal?.code]).toEqual(['refused', 'seminar_full']);
  });

  it('moves its clock twice a second until it is closed', async () => {
    room.open();
    server.welcome({ server_time_ms: 5_000_000 });
    await timers.advance(1_000);
    expect(room.nowMs).toBe(5_001_000);
    room.close();
    await timers.advance(5_000);
    expect(room.nowMs).toBe(5_001_000);
  });

  it('keeps the newest word on bad lines', () => {
    room.open();
    server.welcome();
    expect(room.lines).toBeNull();
    server.say('lines', { following: 3, weak: 0, bad: 1, halls: [], uplinks: [] });
    expect(room.lines?.bad).toBe(1);
  });

  it('knows what a full server keeps back, and hears it anew in a new connection', () => {
    room.open();
    server.welcome();
    server.say('media_shed', { kept_back: 'paused' });
    expect(room.keptBack).toBe('paused');
    server.welcome();
    expect(room.keptBack).toBe('nothing');
  });
});

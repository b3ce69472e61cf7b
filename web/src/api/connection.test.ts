import { beforeEach, describe, expect, it } from 'vitest';
import { FakeServer, makeState } from '../testing/fake-transport';
import { FakeTimers } from '../testing/fake-timers';
import { Connection, type ConnectionListener } from './connection';
import type { EventBatch, Logged, Welcome } from './types.gen';

const logged = (seq: number): Logged => ({
  seq,
  at_ms: seq,
  by: null,
  event: { type: 'hand.raised', participant_id: `par_${seq}` },
});

let timers: FakeTimers;
let server: FakeServer;
let phases: string[];
let moves: number;
let welcomes: Welcome[];
let batches: EventBatch[];
let connection: Connection;

beforeEach(() => {
  timers = new FakeTimers();
  server = new FakeServer();
  phases = [];
  moves = 0;
  welcomes = [];
  batches = [];
  const listener: ConnectionListener = {
    onPhase: (phase, refusal) => phases.push(refusal ? `${phase} ${refusal.code}` : phase),
    onWelcome: (welcome) => welcomes.push(welcome),
    onEvents: (batch) => batches.push(batch),
    onPresence: () => undefined,
    onTally: () => undefined,
    onSlots: () => undefined,
    onLines: () => undefined,
    onMediaShed: () => undefined,
    onMediaMoved: () => (moves += 1),
  };
  connection = new Connection('sem_1', listener, server.makeTransport, timers);
});

describe('Connection', () => {
  it('says which seminar it wants and is online after the welcome', () => {
    connection.open();
    server.welcome({ seq: 7 });
    expect(server.hellos).toEqual([{ seminar_id: 'sem_1' }]);
    expect(phases).toEqual(['connecting', 'online']);
    expect(welcomes[0]?.seq).toBe(7);
  });

  it('tells when the server asks for a new media connection', () => {
    connection.open();
    server.welcome({ seq: 7 });
    server.say('media_moved', {});
    expect(moves).toBe(1);
    expect(phases).toEqual(['connecting', 'online']);
  });

  it('comes back and asks for what came after its newest event', async () => {
    connection.open();
    server.welcome({ seq: 7 });
    server.events({ after: 7, seq: 9, events: [logged(8), logged(9)] });
    server.drop();
    await timers.advance(500);
    expect(server.hellos[1]).toEqual({ seminar_id: 'sem_1', session_id: 'ses_1', after_seq: 9 });
    server.welcome({ seq: 11, snapshot: null, missed: [logged(10), logged(11)] });
    expect(phases).toEqual(['connecting', 'online', 'reconnecting', 'online']);
  });

  it('reconnects when a batch starts after a hole', async () => {
    connection.open();
    server.welcome({ seq: 7 });
    server.events({ after: 9, seq: 10, events: [logged(10)] });
    expect(batches).toEqual([]);
    await timers.advance(500);
    expect(server.hellos.at(-1)?.after_seq).toBe(7);
  });

  it('gives each event once, however often it is sent', () => {
    connection.open();
    server.welcome({ seq: 7 });
    server.events({ after: 7, seq: 8, events: [logged(8)] });
    server.events({ after: 7, seq: 9, events: [logged(8), logged(9)] });
    expect(batches.flatMap((batch) => batch.events.map(({ seq }) => seq))).toEqual([8, 9]);
  });

  it('moves on over events that it may not see', () => {
    connection.open();
    server.welcome({ seq: 7 });
    server.events({ after: 7, seq: 12 });
    server.events({ after: 12, seq: 13, events: [logged(13)] });
    expect(phases.at(-1)).toBe('online');
    expect(batches.at(-1)?.events).toHaveLength(1);
  });

  it('asks for a snapshot when the session is another one by now', async () => {
    connection.open();
    server.welcome({ seq: 7 });
    server.drop();
    await timers.advance(500);
    server.welcome({ session_id: 'ses_2', snapshot: null, seq: 3 });
    await timers.advance(2_000);
    expect(server.hellos.at(-1)).toEqual({ seminar_id: 'sem_1' });
    server.welcome({
      session_id: 'ses_2',
      snapshot: makeState({ session_id: 'ses_2' }),
      seq: 3,
    });
    expect(phases.at(-1)).toBe('online');
  });

  it('takes a new snapshot while online, as when the session goes live', () => {
    connection.open();
    server.welcome({ seq: 3 });
    server.welcome({ seq: 20 });
    server.events({ after: 20, seq: 21, events: [logged(21)] });
    expect(welcomes).toHaveLength(2);
    expect(batches).toHaveLength(1);
  });

  it('waits 0.5, 1, 2, 4, 5, 5 s between failures and never gives up', async () => {
    connection.open();
    for (const waitMs of [500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000]) {
      const before = server.hellos.length;
      server.fail();
      await timers.advance(waitMs - 1);
      expect(server.hellos.length).toBe(before);
      await timers.advance(1);
      expect(server.hellos.length).toBe(before + 1);
    }
  });

  it('starts the waits anew after it was online', async () => {
    connection.open();
    for (let turn = 0; turn < 5; turn += 1) {
      server.fail();
      await timers.advance(5_000);
    }
    server.welcome();
    server.drop();
    const before = server.hellos.length;
    await timers.advance(500);
    expect(server.hellos.length).toBe(before + 1);
  });

  it('counts one failure once, whatever the transport reports besides', async () => {
    connection.open();
    server.fail();
    server.fail();
    server.drop();
    await timers.advance(500);
    expect(server.hellos).toHaveLength(2);
  });

  it('tries again when no welcome follows', async () => {
    connection.open();
    await timers.advance(10_500);
    expect(server.hellos).toHaveLength(2);
  });

  it('stops when it is refused, and can be opened again', async () => {
    connection.open();
    server.refuse('removed');
    await timers.advance(60_000);
    expect(server.hellos).toHaveLength(1);
    expect(phases).toEqual(['connecting', 'refused removed']);
    connection.open();
    expect(server.hellos).toHaveLength(2);
  });

  it('keeps trying when the server is only unwell', async () => {
    connection.open();
    server.refuse('internal');
    await timers.advance(500);
    expect(phases.at(-1)).toBe('reconnecting');
    expect(server.hellos).toHaveLength(2);
  });

  it('tries at once when the browser says that the line is back', async () => {
    connection.open();
    for (let turn = 0; turn < 4; turn += 1) {
      server.fail();
      await timers.advance(5_000);
    }
    server.fail();
    const before = server.hellos.length;
    connection.retryNow();
    connection.retryNow();
    expect(server.hellos.length).toBe(before + 1);
  });

  it('follows the clock of the server', async () => {
    connection.open();
    server.welcome({ server_time_ms: 9_000_000 });
    expect(connection.clock.now()).toBe(9_000_000);
    await timers.advance(100);
    server.take('clock').answer({ server_time_ms: 9_000_075 });
    await timers.advance(0);
    expect(connection.clock.now()).toBe(9_000_125);
  });

  it('leaves nothing running when closed', async () => {
    connection.open();
    server.welcome();
    connection.close();
    server.drop();
    expect(phases.at(-1)).toBe('closed');
    expect(timers.pending).toBe(0);
  });

  it('says how it follows only while it is online', async () => {
    const line = { rung: 'hls', is_up: true, reason: 'blocked' } as const;
    connection.tellLine(line);
    connection.open();
    connection.tellLine(line);
    expect(server.asked('line')).toBe(0);
    server.welcome();
    connection.tellLine(line);
    expect(server.take('line').body).toEqual(line);
    connection.tellLine(line);
    server.drop();
    await timers.advance(0);
  });

  it('refuses to send while it is not online', async () => {
    await expect(connection.command({ key: 'k'.repeat(16), command: {} })).rejects.toThrow();
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import type { IceServers } from '../api/types.gen';
import { FakeTimers, settle } from '../testing/fake-timers';
import { IceServerSource } from './ice-servers';

const RELAY: IceServers = { urls: ['turn:a.kz'], username: 'u', credential: 'c', ttl_s: 3_600 };
const NONE: IceServers = { urls: [], username: '', credential: '', ttl_s: 0 };

let timers: FakeTimers;
let asked: number;
let answer: () => Promise<IceServers>;
let source: IceServerSource;

beforeEach(() => {
  timers = new FakeTimers();
  asked = 0;
  answer = () => Promise.resolve(RELAY);
  source = new IceServerSource(timers, () => {
    asked += 1;
    return answer();
  });
});

describe('IceServerSource', () => {
  it('asks once for many offers, and anew after half of the life of a credential', async () => {
    await Promise.all([source.prepare(), source.get(), source.get()]);
    expect(await source.get()).toEqual([{ urls: ['turn:a.kz'], username: 'u', credential: 'c' }]);
    await timers.advance(1_799_000);
    await source.get();
    expect(asked).toBe(1);
    await timers.advance(2_000);
    await source.get();
    expect(asked).toBe(2);
    expect(timers.pending).toBe(0);
  });

  it('has none where the operator runs none, and does not ask each time', async () => {
    answer = () => Promise.resolve(NONE);
    expect(await source.get()).toEqual([]);
    await source.get();
    expect(asked).toBe(1);
  });

  it('keeps an offer waiting for a second at most', async () => {
    answer = () => new Promise(() => undefined);
    let got: RTCIceServer[] | null = null;
    void source.get().then((servers) => (got = servers));
    await timers.advance(999);
    expect(got).toBeNull();
    await timers.advance(1);
    expect(got).toEqual([]);
  });

  it('goes on with what it knew when the server fails, and asks again', async () => {
    await source.get();
    await timers.advance(2_000_000);
    answer = () => Promise.reject(new Error('offline'));
    expect(await source.get()).toHaveLength(1);
    await settle();
    answer = () => Promise.resolve(NONE);
    expect(await source.get()).toEqual([]);
    expect(asked).toBe(3);
  });
});

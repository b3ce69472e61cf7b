import { beforeEach, describe, expect, it } from 'vitest';
import type { IceServers } from '../api/types.gen';
import { FakeTimers, settle } from '../testing/fake-timers';
import { Relays } from './relays';

const RELAY: IceServers = { urls: ['turn:a.kz'], username: 'u', credential: 'c', ttl_s: 3_600 };
const NONE: IceServers = { urls: [], username: '', credential: '', ttl_s: 0 };

let timers: FakeTimers;
let asked: number;
let answer: () => Promise<IceServers>;
let relays: Relays;

beforeEach(() => {
  timers = new FakeTimers();
  asked = 0;
  answer = () => Promise.resolve(RELAY);
  relays = new Relays(timers, () => {
    asked += 1;
    return answer();
  });
});

describe('Relays', () => {
  it('are not offered before the direct way has failed', async () => {
    await relays.prepare();
    expect(await relays.forOffer()).toEqual([]);
    expect(relays.need()).toBe(true);
    expect(await relays.forOffer()).toEqual([
      { urls: ['turn:a.kz'], username: 'u', credential: 'c' },
    ]);
    expect(relays.need()).toBe(false);
  });

  it('are no help where the operator runs none', async () => {
    answer = () => Promise.resolve(NONE);
    await relays.prepare();
    await relays.prepare();
    expect(relays.need()).toBe(false);
    expect(await relays.forOffer()).toEqual([]);
    expect(asked).toBe(1);
  });

  it('are asked for once, and anew after half of the life of a credential', async () => {
    await Promise.all([relays.prepare(), relays.prepare()]);
    relays.need();
    await timers.advance(1_799_000);
    await relays.forOffer();
    expect(asked).toBe(1);
    await timers.advance(2_000);
    await relays.forOffer();
    expect(asked).toBe(2);
    expect(timers.pending).toBe(0);
  });

  it('keep an offer waiting for a second at most, then go by what was known', async () => {
    await relays.prepare();
    relays.need();
    await timers.advance(2_000_000);
    answer = () => new Promise(() => undefined);
    let got: RTCIceServer[] | null = null;
    void relays.forOffer().then((servers) => (got = servers));
    await timers.advance(999);
    expect(got).toBeNull();
    await timers.advance(1);
    expect(got).toHaveLength(1);
  });

  it('stay known when the server fails, and are asked for again', async () => {
    await relays.prepare();
    relays.need();
    await timers.advance(2_000_000);
    answer = () => Promise.reject(new Error('offline'));
    expect(await relays.forOffer()).toHaveLength(1);
    await settle();
    answer = () => Promise.resolve(NONE);
    expect(await relays.forOffer()).toEqual([]);
    expect(asked).toBe(3);
  });
});

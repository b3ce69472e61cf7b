import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError, localError } from '../api/errors';
import { FakeTimers } from '../testing/fake-timers';
import { Keeper } from './keeper';
import type { LinkListener } from './link';

const error = (code: string) => new ApiError(localError(code, code), 403);

let timers: FakeTimers;
let links: (LinkListener & { isClosed: boolean })[];
let states: string[];
let keeper: Keeper;

beforeEach(() => {
  timers = new FakeTimers();
  links = [];
  states = [];
  keeper = new Keeper({
    timers,
    onChange: (state, why) => states.push(why ? `${state} ${why.code}` : state),
    makeLink: (listener) => {
      const link = { ...listener, isClosed: false };
      links.push(link);
      return {
        close: () => {
          link.isClosed = true;
        },
      };
    },
  });
});

describe('Keeper', () => {
  it('connects once and stays', async () => {
    keeper.open();
    links[0]?.onUp();
    await timers.advance(60_000);
    expect(states).toEqual(['connecting', 'up']);
  });

  it('makes a new link when the old one is lost', async () => {
    keeper.open();
    links[0]?.onUp();
    links[0]?.onLost(null);
    await timers.advance(500);
    expect(states).toEqual(['connecting', 'up', 'waiting', 'connecting']);
    expect(links).toHaveLength(2);
  });

  it('keeps a link that is down and heals itself', async () => {
    keeper.open();
    links[0]?.onUp();
    links[0]?.onDown();
    await timers.advance(20_000);
    links[0]?.onUp();
    await timers.advance(60_000);
    expect(states).toEqual(['connecting', 'up', 'connecting', 'up']);
    expect(links).toHaveLength(1);
  });

  it('makes a new link when the old one could not be healed', async () => {
    keeper.open();
    links[0]?.onUp();
    links[0]?.onDown();
    links[0]?.onLost(null);
    await timers.advance(500);
    expect(states).toEqual(['connecting', 'up', 'connecting', 'waiting', 'connecting']);
    expect(links).toHaveLength(2);
  });

  it('waits longer each time it fails', async () => {
    keeper.open();
    for (const waitMs of [500, 1_000, 2_000, 4_000, 5_000, 5_000]) {
      links.at(-1)?.onLost(null);
      const before = links.length;
      await timers.advance(waitMs - 1);
      expect(links.length).toBe(before);
      await timers.advance(1);
      expect(links.length).toBe(before + 1);
    }
  });

  it('gives up on a refusal that stays true', async () => {
    keeper.open();
    links[0]?.onLost(error('forbidden'));
    await timers.advance(60_000);
    expect(states).toEqual(['connecting', 'refused forbidden']);
    keeper.open();
    expect(links).toHaveLength(2);
  });

  it('goes on asking while the media server is being restarted', async () => {
    keeper.open();
    links[0]?.onLost(error('media_unavailable'));
    await timers.advance(500);
    expect(links).toHaveLength(2);
  });

  it('connects anew within 300 ms of a restart, and closes the old link', async () => {
    timers.dice = 0.999;
    keeper.open();
    links[0]?.onUp();
    keeper.restart();
    expect(links[0]?.isClosed).toBe(true);
    await timers.advance(300);
    expect(links).toHaveLength(2);
  });

  it('does not start anything by a restart that was not open', async () => {
    keeper.restart();
    await timers.advance(1_000);
    expect(links).toEqual([]);
  });

  it('hurries less while something else shows the seminar', async () => {
    keeper.open();
    keeper.setPatient(true);
    links[0]?.onLost(null);
    await timers.advance(29_999);
    expect(links).toHaveLength(1);
    await timers.advance(1);
    expect(links).toHaveLength(2);
  });

  it('is patient only after one more try when it was up before', async () => {
    keeper.open();
    links[0]?.onUp();
    links[0]?.onDown();
    keeper.setPatient(true);
    links[0]?.onLost(null);
    await timers.advance(500);
    expect(links).toHaveLength(2);
    links[1]?.onLost(null);
    await timers.advance(10_000);
    expect(links).toHaveLength(2);
  });

  it('hears nothing from a link it has closed', () => {
    keeper.open();
    keeper.close();
    links[0]?.onUp();
    links[0]?.onDown();
    links[0]?.onLost(null);
    expect(states).toEqual(['connecting', 'idle']);
    expect(timers.pending).toBe(0);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { FakeTimers } from '../testing/fake-timers';
import { type Heights, LayerWish, stepFor } from './layer-wish';

const SLOTS = ['presenter', 'floor-1', 'screen'];
const tile = {};
const preview = {};
let timers: FakeTimers;
let sent: Heights[];
let answer: () => Promise<void>;
let wish: LayerWish;

beforeEach(() => {
  timers = new FakeTimers();
  sent = [];
  answer = async () => undefined;
  const send = (heights: Heights) => {
    sent.push(heights);
    return answer();
  };
  wish = new LayerWish({ timers, send });
});

describe('stepFor', () => {
  it.each([
    [2, 0],
    [117, 180],
    [225, 180],
    [226, 360],
    [557, 720],
    [1_080, 1_080],
    [9_000, 2_160],
  ])('asks %i px for a layer of %i', (px, step) => {
    expect(stepFor(px)).toBe(step);
  });
});

describe('LayerWish', () => {
  it('says nothing of what is not shown, so that the first picture comes at once', async () => {
    wish.connected(SLOTS);
    await timers.advance(60_000);
    expect(sent).toEqual([]);
    expect(wish.heightOf('presenter')).toBeNull();
  });

  it('tells on each connection what is shown', async () => {
    wish.show('presenter', tile, 300);
    wish.connected(SLOTS);
    await timers.advance(0);
    wish.disconnected();
    wish.show('presenter', tile, 600);
    await timers.advance(60_000);
    expect(sent).toEqual([{ presenter: 360 }]);
    wish.connected(SLOTS);
    await timers.advance(0);
    expect(sent.at(-1)).toEqual({ presenter: 720 });
  });

  it('waits until a window that is being resized is calm', async () => {
    wish.connected(SLOTS);
    wish.show('presenter', tile, 600);
    await timers.advance(0);
    for (const px of [400, 300, 200]) {
      wish.show('presenter', tile, px);
      await timers.advance(900);
    }
    expect(sent).toEqual([{ presenter: 720 }]);
    await timers.advance(100);
    expect(sent.slice(1)).toEqual([{ presenter: 180 }]);
  });

  it('does not tell again what has not changed', async () => {
    wish.connected(SLOTS);
    wish.show('presenter', tile, 600);
    await timers.advance(2_000);
    wish.show('presenter', tile, 650);
    await timers.advance(2_000);
    expect(sent).toHaveLength(1);
  });

  it('asks at once for a picture that comes into sight', async () => {
    wish.connected(SLOTS);
    wish.show('presenter', tile, 2);
    await timers.advance(0);
    wish.show('presenter', tile, 400);
    await timers.advance(0);
    expect(sent).toEqual([{ presenter: 0 }, { presenter: 360 }]);
  });

  it('takes the larger of two places', async () => {
    wish.connected(SLOTS);
    wish.show('presenter', tile, 600);
    wish.show('presenter', preview, 100);
    await timers.advance(0);
    wish.leave('presenter', tile);
    await timers.advance(1_000);
    expect(sent).toEqual([{ presenter: 720 }, { presenter: 180 }]);
  });

  it('keeps the wish of an empty slot for who comes next', async () => {
    wish.connected(SLOTS);
    wish.show('floor-1', tile, 300);
    await timers.advance(0);
    wish.leave('floor-1', tile);
    await timers.advance(5_000);
    expect(sent).toEqual([{ 'floor-1': 360 }]);
  });

  it('lets a choice have less, also of slots that are not shown yet, and more again', async () => {
    wish.connected(SLOTS);
    wish.show('presenter', tile, 600);
    await timers.advance(0);
    wish.setCap((slot) => (slot === 'screen' ? Infinity : 180));
    await timers.advance(0);
    expect(sent.at(-1)).toEqual({ presenter: 180, 'floor-1': 180 });
    wish.setCap(() => Infinity);
    await timers.advance(1_000);
    expect(sent.at(-1)).toEqual({ presenter: 720, 'floor-1': 2_160 });
  });

  it('wants no picture by choice of sound', async () => {
    wish.setCap(() => 0);
    wish.connected(SLOTS);
    await timers.advance(0);
    expect(sent).toEqual([{ presenter: 0, 'floor-1': 0, screen: 0 }]);
  });

  it('stops the pictures of a page that is hidden for 10 s, and not sooner', async () => {
    wish.connected(SLOTS);
    wish.show('presenter', tile, 600);
    await timers.advance(0);
    wish.setHidden(true);
    await timers.advance(9_000);
    wish.setHidden(false);
    await timers.advance(20_000);
    expect(sent).toHaveLength(1);
    wish.setHidden(true);
    await timers.advance(11_000);
    expect(sent.at(-1)).toEqual({ presenter: 0, 'floor-1': 0, screen: 0 });
    wish.setHidden(false);
    await timers.advance(0);
    expect(sent.at(-1)).toMatchObject({ presenter: 720 });
  });

  it('tells a newer wish only after the older was answered', async () => {
    let finish: () => void = () => undefined;
    answer = () => new Promise((resolve) => (finish = resolve));
    wish.connected(SLOTS);
    wish.show('presenter', tile, 600);
    await timers.advance(0);
    wish.show('presenter', tile, 2);
    await timers.advance(5_000);
    expect(sent).toHaveLength(1);
    finish();
    await timers.advance(1_000);
    expect(sent.at(-1)).toEqual({ presenter: 0 });
  });

  it('tries again when nobody heard, and gives up after a while', async () => {
    answer = async () => Promise.reject(new Error('offline'));
    wish.connected(SLOTS);
    wish.show('presenter', tile, 600);
    await timers.advance(5_000);
    expect(sent).toHaveLength(2);
    await timers.advance(600_000);
    expect(sent).toHaveLength(4);
    expect(timers.pending).toBe(0);
  });

  it('tells a new connection though the old one never answered', async () => {
    let finish: () => void = () => undefined;
    answer = () => new Promise((resolve) => (finish = resolve));
    wish.show('presenter', tile, 600);
    wish.connected(SLOTS);
    await timers.advance(0);
    wish.connected(SLOTS);
    finish();
    await timers.advance(0);
    expect(sent).toEqual([{ presenter: 720 }, { presenter: 720 }]);
  });
});

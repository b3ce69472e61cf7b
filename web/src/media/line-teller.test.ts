import { beforeEach, expect, it } from 'vitest';
import type { LineRequest } from '../api/types.gen';
import { FakeTimers } from '../testing/fake-timers';
import { LineTeller } from './line-teller';

const WEBRTC: LineRequest = { rung: 'webrtc', is_up: true, reason: 'start', quality: 'good' };
const WEAK: LineRequest = { ...WEBRTC, quality: 'fair' };

let timers: FakeTimers;
let told: LineRequest[];
let teller: LineTeller;

beforeEach(() => {
  timers = new FakeTimers();
  told = [];
  teller = new LineTeller(timers, (line) => told.push(line));
});

it('tells what has lasted for 3 s, once', async () => {
  teller.set(WEBRTC);
  await timers.advance(2_999);
  expect(told).toEqual([]);
  teller.set({ ...WEBRTC });
  await timers.advance(1);
  teller.set({ ...WEBRTC });
  await timers.advance(60_000);
  expect(told).toEqual([WEBRTC]);
});

it('says nothing of a moment', async () => {
  teller.set(WEBRTC);
  await timers.advance(3_000);
  teller.set(WEAK);
  await timers.advance(2_000);
  teller.set(WEBRTC);
  await timers.advance(10_000);
  expect(told).toEqual([WEBRTC]);
});

it('tells again after a new connection, and nothing while there is none', async () => {
  teller.set(WEAK);
  await timers.advance(3_000);
  teller.set(null);
  await timers.advance(60_000);
  expect(timers.pending).toBe(0);
  teller.set(WEAK);
  await timers.advance(3_000);
  expect(told).toEqual([WEAK, WEAK]);
});

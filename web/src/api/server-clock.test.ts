import { describe, expect, it } from 'vitest';
import { FakeTimers } from '../testing/fake-timers';
import { ServerClock } from './server-clock';

describe('ServerClock', () => {
  it('shows the time of this device until told better', () => {
    const timers = new FakeTimers();
    expect(new ServerClock(timers).now()).toBe(timers.now());
  });

  it('takes half of the way there and back off', async () => {
    const timers = new FakeTimers();
    const clock = new ServerClock(timers);
    await timers.advance(200);
    clock.observe(1_000_000, 0, 200);
    expect(clock.now()).toBe(1_000_100);
    await timers.advance(50);
    expect(clock.now()).toBe(1_000_150);
  });

  it('believes the quickest answer', () => {
    const clock = new ServerClock(new FakeTimers());
    clock.observe(2_000_000, -20, 0);
    clock.observe(1_000_000, -2_000, 0);
    expect(clock.now()).toBe(2_000_010);
  });

  it('believes any answer more than an unasked time', () => {
    const clock = new ServerClock(new FakeTimers());
    clock.hint(500_000);
    expect(clock.now()).toBe(500_000);
    clock.observe(1_000_000, -3_000, 0);
    expect(clock.now()).toBe(1_001_500);
  });
});

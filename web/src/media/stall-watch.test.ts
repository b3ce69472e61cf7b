import { describe, expect, it } from 'vitest';
import { bytesOf, STALL_LOOK_MS, StallWatch } from './stall-watch';

/** A line that is looked at as often as it should be. */
class Line {
  readonly watch = new StallWatch();
  nowMs = 0;
  bytes = 0;

  /** Give after how many ms of it there were alarms. */
  during(ms: number, everyMs: number): number[] {
    const sinceMs = this.nowMs;
    const alarms: number[] = [];
    let saidMs = sinceMs;
    while (this.nowMs < sinceMs + ms) {
      this.nowMs += STALL_LOOK_MS;
      while (saidMs + everyMs <= this.nowMs) {
        saidMs += everyMs;
        this.bytes += 100;
      }
      if (this.watch.look(this.bytes, this.nowMs)) alarms.push(this.nowMs - sinceMs);
    }
    return alarms;
  }

  silent(ms: number): number[] {
    return this.during(ms, Infinity);
  }
}

describe('StallWatch', () => {
  it('tells once, and soon, that a line that carries sound fell silent', () => {
    const line = new Line();
    expect(line.during(20_000, 20)).toEqual([]);
    expect(line.silent(10_000)).toEqual([600]);
    expect(line.during(20_000, 20)).toEqual([]);
    expect(line.silent(2_000)).toHaveLength(1);
  });

  it('is patient with a line that carries only a report each second', () => {
    const line = new Line();
    expect(line.during(60_000, 1_000)).toEqual([]);
    const [alarmMs] = line.silent(5_000);
    expect(alarmMs).toBeGreaterThan(1_200);
    expect(alarmMs).toBeLessThanOrEqual(1_600);
  });

  it('is alarmed once by bursts of losses that come again and again', () => {
    const line = new Line();
    line.during(20_000, 20);
    const alarms: number[] = [];
    for (let burst = 0; burst < 6; burst += 1) {
      alarms.push(...line.silent(600));
      alarms.push(...line.during(10_000, 20));
    }
    expect(alarms).toHaveLength(1);
  });

  it('forgets a pause in time', () => {
    const line = new Line();
    line.during(20_000, 20);
    line.silent(1_200);
    line.during(40_000, 20);
    expect(line.silent(2_000)).toEqual([600]);
  });

  it('does not know what is usual for a line that is new', () => {
    const line = new Line();
    line.during(400, 20);
    expect(line.silent(1_400)).toEqual([]);
  });

  it('takes the counting anew of a restarted line for life, and for no usual pause', () => {
    const line = new Line();
    line.during(20_000, 20);
    line.silent(1_400);
    line.bytes = 40;
    expect(line.during(20_000, 20)).toEqual([]);
    expect(line.silent(2_000)).toEqual([600]);
  });

  it('does not take for usual what only a restart has ended', () => {
    const line = new Line();
    line.during(20_000, 20);
    for (let change = 0; change < 5; change += 1) {
      expect(line.silent(1_200)).toEqual([600]);
      line.watch.restarted();
      line.during(5_000, 20);
    }
  });

  it('says nothing of a line that never carried anything', () => {
    expect(new Line().silent(10_000)).toEqual([]);
  });
});

describe('bytesOf', () => {
  it('adds up all paths and nothing else', () => {
    const rows = [
      { type: 'codec', bytesReceived: 5 },
      { type: 'candidate-pair', bytesReceived: 100 },
      { type: 'candidate-pair' },
      { type: 'candidate-pair', bytesReceived: 7 },
    ];
    expect(bytesOf(rows)).toBe(107);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError, localError } from '../api/errors';
import { FakeTimers } from '../testing/fake-timers';
import { LineHealer } from './line-healer';

interface Asked {
  answer: (fragment: string) => void;
  refuse: (code: string, status: number) => void;
  signal: AbortSignal;
}

let timers: FakeTimers;
let asked: Asked[];
let told: string[];
let healer: LineHealer;

beforeEach(() => {
  timers = new FakeTimers();
  asked = [];
  told = [];
  healer = new LineHealer({
    timers,
    ask: (signal) =>
      new Promise((resolve, reject) => {
        const refuse = (code: string, status: number) =>
          reject(new ApiError(localError(code, code), status));
        signal.addEventListener('abort', () => refuse('offline', 0));
        asked.push({ answer: resolve, refuse, signal });
      }),
    apply: async (fragment) => {
      told.push(`apply ${fragment}`);
      if (fragment === 'bad') throw new Error('the browser refuses it');
    },
    onDown: () => told.push('down'),
    onFailed: () => {
      told.push('failed');
      healer.end();
    },
  });
});

describe('LineHealer', () => {
  it('restarts at once when the line is down, and is content when that connects', async () => {
    healer.begin();
    expect(asked).toHaveLength(1);
    asked[0]?.answer('f');
    await timers.advance(500);
    healer.end();
    await timers.advance(100_000);
    expect(told).toEqual(['apply f']);
    expect(asked).toHaveLength(1);
    expect(timers.pending).toBe(0);
  });

  it('makes room for a new connection when a restart does not connect', async () => {
    healer.begin();
    asked[0]?.answer('f');
    await timers.advance(2_999);
    expect(told).toEqual(['apply f']);
    await timers.advance(1);
    expect(told).toContain('failed');
  });

  it.each([
    ['not_found', 404],
    ['internal', 412],
    ['media_unavailable', 503],
  ])('makes room at once when the server says %s', async (code, status) => {
    healer.begin();
    asked[0]?.refuse(code, status);
    await timers.advance(0);
    expect(told).toEqual(['failed']);
  });

  it('makes room when the browser refuses the answer', async () => {
    healer.begin();
    asked[0]?.answer('bad');
    await timers.advance(0);
    expect(told).toEqual(['apply bad', 'failed']);
  });

  it('asks each second while the server is out of reach, and tells after three', async () => {
    healer.begin();
    for (let second = 1; second <= 20; second += 1) {
      asked.at(-1)?.refuse('offline', 0);
      await timers.advance(1_000);
      expect(asked).toHaveLength(second + 1);
    }
    expect(told).toEqual(['down']);
    asked.at(-1)?.answer('f');
    await timers.advance(0);
    expect(told).toEqual(['down', 'apply f']);
  });

  it('does not wait for tries that hang, and has at most four of them', async () => {
    healer.begin();
    await timers.advance(10_000);
    expect(asked.filter(({ signal }) => !signal.aborted)).toHaveLength(4);
    asked[8]?.answer('f');
    await timers.advance(0);
    expect(told).toEqual(['down', 'apply f']);
    expect(asked.every(({ signal }, index) => signal.aborted || index === 8)).toBe(true);
    asked[9]?.answer('late');
    await timers.advance(0);
    expect(told).toEqual(['down', 'apply f']);
  });

  it('asks at once when the network is there again', async () => {
    healer.begin();
    asked[0]?.refuse('offline', 0);
    await timers.advance(300);
    healer.nudge();
    expect(asked).toHaveLength(2);
  });

  it('restarts once for another network, and lets a line that works be', async () => {
    healer.nudge();
    healer.nudge();
    expect(asked).toHaveLength(1);
    asked[0]?.refuse('not_found', 404);
    await timers.advance(100_000);
    expect(told).toEqual([]);
    healer.nudge();
    asked[1]?.answer('f');
    await timers.advance(100_000);
    expect(told).toEqual(['apply f']);
  });

  it('leaves it to a new connection after a minute and a half', async () => {
    healer.begin();
    await timers.advance(90_000);
    expect(told).toEqual(['down', 'failed']);
    const before = asked.length;
    await timers.advance(10_000);
    expect(asked).toHaveLength(before);
  });
});

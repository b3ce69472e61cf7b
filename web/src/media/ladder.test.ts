import { beforeEach, describe, expect, it } from 'vitest';
import { FakeTimers } from '../testing/fake-timers';
import { Ladder, type LadderState } from './ladder';

let timers: FakeTimers;
let ladder: Ladder;
let states: string[];

const say = ({ rung, isUp, reason }: LadderState) => `${rung} ${isUp ? 'up' : '...'} ${reason}`;

function make(canPlayHls = true): Ladder {
  states = [];
  return new Ladder({ timers, canPlayHls, onChange: (state) => states.push(say(state)) });
}

beforeEach(() => {
  timers = new FakeTimers();
  ladder = make();
});

describe('Ladder', () => {
  it('stays with direct media when it comes', async () => {
    ladder.open('auto');
    await timers.advance(2_000);
    ladder.up('webrtc');
    await timers.advance(60_000);
    expect(states).toEqual(['webrtc ... start', 'webrtc up start']);
    expect(timers.pending).toBe(0);
  });

  it('goes on by HLS after 6 s without it, and says why', async () => {
    ladder.open('auto');
    await timers.advance(5_000);
    expect(states.at(-1)).toBe('hls ... blocked');
    ladder.up('hls');
    expect(states.at(-1)).toBe('hls up blocked');
  });

  it('goes down to sound, then to slides, when nothing comes', async () => {
    ladder.open('auto');
    await timers.advance(5_000 + 10_000);
    expect(states.at(-1)).toBe('audio ... blocked');
    await timers.advance(8_000);
    expect(states.at(-1)).toBe('slides up blocked');
  });

  it('tries to climb from the slides every 30 s', async () => {
    ladder.open('auto');
    await timers.advance(23_000 + 30_000);
    expect(states.at(-1)).toBe('hls ... blocked');
  });

  it.each(['hls', 'audio', 'slides'] as const)(
    'returns to direct media from %s as soon as it comes',
    async (rung) => {
      ladder.open('auto');
      const waits = { hls: 5_000, audio: 15_000, slides: 23_000 };
      await timers.advance(waits[rung]);
      expect(ladder.state.rung).toBe(rung);
      ladder.up('webrtc');
      expect(states.at(-1)).toBe('webrtc up start');
    },
  );

  it('waits 5 s for a line that was lost, then says that it was lost', async () => {
    ladder.open('auto');
    ladder.up('webrtc');
    ladder.down('webrtc');
    await timers.advance(4_999);
    expect(states.at(-1)).toBe('webrtc ... start');
    await timers.advance(1);
    expect(states.at(-1)).toBe('hls ... lost');
  });

  it('forgives a short gap', async () => {
    ladder.open('auto');
    ladder.up('webrtc');
    ladder.down('webrtc');
    await timers.advance(3_000);
    ladder.up('webrtc');
    await timers.advance(60_000);
    expect(ladder.state).toEqual({ rung: 'webrtc', isUp: true, reason: 'start' });
  });

  it('does not return to a picture that this browser can not decode', () => {
    ladder.open('auto');
    ladder.up('webrtc');
    ladder.fail('webrtc', 'no_codec');
    ladder.up('hls');
    ladder.up('webrtc');
    expect(states.at(-1)).toBe('hls up no_codec');
  });

  it('keeps the slides for who chose them', async () => {
    ladder.open('slides');
    ladder.up('webrtc');
    await timers.advance(120_000);
    expect(states).toEqual(['slides up chosen']);
  });

  it('leaves out the picture of HLS for who wants sound only', async () => {
    ladder.open('audio');
    await timers.advance(5_000);
    expect(states.at(-1)).toBe('audio ... blocked');
  });

  it('has only slides below where HLS can not be played', async () => {
    ladder = make(false);
    ladder.open('auto');
    await timers.advance(5_000);
    expect(states.at(-1)).toBe('slides up blocked');
    await timers.advance(120_000);
    expect(ladder.state.rung).toBe('slides');
  });

  it('starts nothing anew for a choice that the present way serves', async () => {
    ladder.open('auto');
    ladder.up('webrtc');
    ladder.adopt('audio');
    await timers.advance(60_000);
    expect(states).toEqual(['webrtc ... start', 'webrtc up start']);
    ladder.down('webrtc');
    await timers.advance(5_000);
    expect(states.at(-1)).toBe('audio ... lost');
  });

  it('does nothing any more when closed', async () => {
    ladder.open('auto');
    ladder.close();
    ladder.up('webrtc');
    await timers.advance(60_000);
    expect(states).toEqual(['webrtc ... start']);
  });
});

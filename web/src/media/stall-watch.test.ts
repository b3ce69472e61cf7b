import { describe, expect, it } from 'vitest';
import { StallWatch } from './stall-watch';

const pair = (bytesReceived?: number) => ({ type: 'candidate-pair', bytesReceived });

describe('StallWatch', () => {
  it('tells once that a line which carried something fell silent', () => {
    const watch = new StallWatch();
    const seen = [100, 200, 200, 200, 300, 300].map((bytes) =>
      watch.look([{ type: 'codec' }, pair(bytes), pair()]),
    );
    expect(seen).toEqual([false, false, true, false, false, true]);
  });

  it('takes the counting anew of a restarted line for life', () => {
    const watch = new StallWatch();
    expect([500, 600, 40, 90].map((bytes) => watch.look([pair(bytes)]))).not.toContain(true);
  });

  it('says nothing of a line that never carried anything', () => {
    const watch = new StallWatch();
    expect([0, 0, 0].map((bytes) => watch.look([pair(bytes)]))).not.toContain(true);
  });
});

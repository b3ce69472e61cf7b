import { describe, expect, it } from 'vitest';
import { type LineInputs, lineNotice, lineOf } from './line';

const well: LineInputs = {
  phase: 'online',
  rung: 'webrtc',
  isUp: true,
  reason: 'start',
  quality: 'good',
  hasSources: true,
  hasNoCodec: false,
  isInterrupted: true,
  shortfall: null,
  keptBack: 'nothing',
};

describe('lineNotice', () => {
  it('has nothing to say when all is well', () => {
    expect(lineNotice(well, false)).toBeNull();
    expect(lineOf(well)).toBe('good');
  });

  it.each([
    ['line-picture-paused', { shortfall: 'paused' }, false],
    ['line-picture-paused', { shortfall: 'paused' }, true],
    ['line-picture-smaller', { shortfall: 'smaller' }, false],
    ['line-weak-why', { shortfall: 'smaller' }, true],
    ['line-picture-kept-back', { shortfall: 'paused', keptBack: 'paused' }, false],
    ['line-picture-reduced', { shortfall: 'smaller', keptBack: 'reduced' }, false],
    ['line-weak-why', { keptBack: 'reduced' }, true],
    ['line-reconnecting', { shortfall: 'paused', phase: 'reconnecting' }, false],
  ] as const)('says %s for %o', (notice, patch, isLongBad) => {
    expect(lineNotice({ ...well, ...patch }, isLongBad)).toBe(notice);
  });

  it('does not blame the line for what a full server keeps back', () => {
    expect(lineOf({ ...well, shortfall: 'smaller', keptBack: 'reduced' })).toBe('good');
  });

  it('calls a line weak that carries less picture than wished, though it looks well', () => {
    expect(lineOf({ ...well, shortfall: 'smaller' })).toBe('weak');
  });
});

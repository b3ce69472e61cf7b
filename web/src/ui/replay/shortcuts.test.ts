// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from 'vitest';
import { actionOf, nextRate } from './shortcuts';

function press(key: string, selector = 'main', init: KeyboardEventInit = {}): string | null {
  let action: string | null = null;
  const listener = (event: KeyboardEvent) => (action = actionOf(event));
  document.addEventListener('keydown', listener);
  const event = new KeyboardEvent('keydown', { key, bubbles: true, ...init });
  document.querySelector(selector)?.dispatchEvent(event);
  document.removeEventListener('keydown', listener);
  return action;
}

describe('keys of the recording', () => {
  beforeEach(() => {
    document.body.innerHTML =
      '<main><button></button><input /><div role="slider" tabindex="0"></div></main>';
  });

  it('work anywhere on the page, in both cases', () => {
    expect(press(' ')).toBe('toggle');
    expect(press('ArrowLeft')).toBe('back');
    expect(press('M')).toBe('mute');
    expect(press('>')).toBe('faster');
  });

  it('leave writing alone', () => {
    expect(press('m', 'input')).toBeNull();
    expect(press('ArrowLeft', '[role=slider]')).toBeNull();
  });

  it('let space press the button in focus, yet keep the other keys', () => {
    expect(press(' ', 'button')).toBeNull();
    expect(press('f', 'button')).toBe('fullscreen');
  });

  it("leave the browser's own keys alone", () => {
    expect(press('f', 'main', { ctrlKey: true })).toBeNull();
  });
});

describe('speeds', () => {
  it('go up and down by steps and stop at the ends', () => {
    expect(nextRate(1, 1)).toBe(1.25);
    expect(nextRate(1, -1)).toBe(0.75);
    expect(nextRate(2, 1)).toBe(2);
    expect(nextRate(0.5, -1)).toBe(0.5);
  });
});

// Keys of the recording, as most players have them.

export type ReplayAction =
  'toggle' | 'back' | 'forward' | 'slower' | 'faster' | 'mute' | 'fullscreen' | 'start' | 'end';

const KEYS: Record<string, ReplayAction> = {
  ' ': 'toggle',
  k: 'toggle',
  ArrowLeft: 'back',
  ArrowRight: 'forward',
  '<': 'slower',
  '>': 'faster',
  m: 'mute',
  f: 'fullscreen',
  Home: 'start',
  End: 'end',
};

/** Controls that mean something else by these keys. */
const OWN_KEYS = 'input, select, textarea, [role=tab], [role=menu], [role=slider], dialog';
const PRESSABLE = 'button, a[href], summary';

/** What a key asks for, or null when the key belongs to the control in focus. */
export function actionOf(event: KeyboardEvent): ReplayAction | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return null;
  const target = event.target as Element | null;
  if (target?.closest(OWN_KEYS)) return null;
  if (event.key === ' ' && target?.closest(PRESSABLE)) return null;
  return KEYS[event.key] ?? KEYS[event.key.toLowerCase()] ?? null;
}

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;

/** The next speed up (+1) or down (-1), at the end the same. */
export function nextRate(rate: number, step: 1 | -1): number {
  const index = RATES.findIndex((each) => each === rate);
  return RATES[Math.min(RATES.length - 1, Math.max(0, index + step))] ?? 1;
}

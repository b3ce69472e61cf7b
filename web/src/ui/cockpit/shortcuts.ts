/** Keys of the cockpit. They do nothing while somebody types or a menu is open. */

export type ShortcutName =
  'mute' | 'previous-slide' | 'next-slide' | 'next-speaker' | 'poll' | 'list';

export const SHORTCUTS: readonly { name: ShortcutName; keys: readonly string[] }[] = [
  { name: 'mute', keys: [' '] },
  { name: 'previous-slide', keys: ['←'] },
  { name: 'next-slide', keys: ['→'] },
  { name: 'next-speaker', keys: ['N'] },
  { name: 'poll', keys: ['P'] },
  { name: 'list', keys: ['?'] },
];

/** By `KeyboardEvent.code`, so that they work in Cyrillic layouts too. */
const BY_CODE: Record<string, ShortcutName> = {
  Space: 'mute',
  ArrowLeft: 'previous-slide',
  ArrowRight: 'next-slide',
  PageUp: 'previous-slide',
  PageDown: 'next-slide',
  KeyN: 'next-speaker',
  KeyP: 'poll',
};

const TYPING = 'input, textarea, select, [contenteditable], dialog, [popover], [role=tablist]';
/** Controls that use space themselves. */
const PRESSED_BY_SPACE = 'button, a, summary, [role=button], label';

export function shortcutOf(event: KeyboardEvent): ShortcutName | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return null;
  const at = event.target instanceof Element ? event.target : null;
  if (at?.closest(TYPING)) return null;
  if (event.key === '?') return 'list';
  const name = BY_CODE[event.code] ?? null;
  if (name === 'mute' && at?.closest(PRESSED_BY_SPACE)) return null;
  return name;
}

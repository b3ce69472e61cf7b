import type { Locale } from '../api/types.gen';

export const LOCALES: readonly Locale[] = ['en', 'ru', 'kk'];
export const FALLBACK: Locale = 'en';

/** How each language calls itself, for the switch. */
export const LOCALE_NAMES: Record<Locale, string> = {
  en: 'English',
  ru: 'Русский',
  kk: 'Қазақша',
};

export const AREAS = ['common', 'errors', 'room', 'cockpit', 'replay', 'pages'] as const;
export type Area = (typeof AREAS)[number];

/** The first language of the browser's list that we have. */
export function preferredLocale(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0];
    const found = LOCALES.find((locale) => locale === base);
    if (found) return found;
  }
  return FALLBACK;
}
